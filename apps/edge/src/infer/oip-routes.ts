import { fail } from '@selvedge/core/errors';
import { familyOfSlug } from '@selvedge/core/release';
import {
  decodeInferRequest,
  encodeInferResponse,
  encodeModelMetadata,
  encodeServerMetadata,
  inferenceHeaderLength,
  joinBody,
  onnxPlatform,
  splitBody,
  wantedOutputs,
} from '@selvedge/infer/oip';
import type { ActiveVariant } from '@selvedge/node/install';
import { oipScope, whenGone } from '@selvedge/node/oip';
import type { Telemetry } from '@selvedge/node/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Admission } from './admission.ts';
import { deadlineOf } from './deadline.ts';
import type { EdgeModels } from './models.ts';

export interface OipOptions {
  readonly models: EdgeModels;
  readonly admission: Admission;
  readonly telemetry: Telemetry;
  readonly version: string;
}

type ModelRequest = FastifyRequest<{ Params: { model: string; version?: string } }>;

/**
 * The Open Inference Protocol, v2 REST
 * (github.com/kserve/open-inference-protocol, specification/protocol/inference_rest.md), over the
 * edge's models. A model's name is its family with a dot; its version the release's. An answer's
 * parameters say which variant gave it and how long that took.
 */
export function addOipRoutes(app: FastifyInstance, options: OipOptions): void {
  const { models, version } = options;
  app.register(async (scope) => {
    oipScope(scope, { bodies: 'any' });
    scope.get('/v2', async () => encodeServerMetadata('selvedge-edge', version));
    scope.get('/v2/health/live', async () => ({ live: true }));
    scope.get('/v2/health/ready', async (_request, reply) => {
      const ready = models.notReady() === undefined;
      return reply.code(ready ? 200 : 503).send({ ready });
    });
    const infer = inferHandler(options);
    for (const path of ['/v2/models/:model', '/v2/models/:model/versions/:version']) {
      scope.get(path, async (request: ModelRequest) => metadata(request, models));
      scope.get(`${path}/ready`, async (request: ModelRequest) => {
        const { release } = modelOf(request, models);
        return { name: request.params.model, version: release, ready: true };
      });
      scope.post(`${path}/infer`, infer);
    }
  });
}

/** The model a request names. @throws SelvedgeError `not-found`, `unavailable` */
function modelOf(
  { params }: ModelRequest,
  models: EdgeModels,
): { active: ActiveVariant; release: string } {
  const active = models.find(params.model);
  if (!active) {
    const reason = models.notReady();
    return fail('not-found', `no model ${params.model} here${reason ? ` (${reason})` : ''}`, {
      details: { model: params.model, family: familyOfSlug(params.model) },
    });
  }
  const release = active.version;
  if (params.version === undefined || params.version === release) return { active, release };
  return fail('not-found', `${params.model} ${params.version} is not here; ${release} is`, {
    details: { model: params.model, version: params.version, available: [release] },
  });
}

function metadata(request: ModelRequest, models: EdgeModels): Record<string, unknown> {
  const { active, release } = modelOf(request, models);
  return encodeModelMetadata({
    name: request.params.model,
    versions: [release],
    platform: onnxPlatform,
    inputs: active.inputs,
    outputs: active.outputs,
  });
}

function inferHandler({ models, admission, telemetry }: OipOptions) {
  const meters = inferMeters(telemetry, admission);
  return async (request: ModelRequest, reply: FastifyReply): Promise<void> => {
    const { active, release } = modelOf(request, models);
    const header = request.headers[inferenceHeaderLength] as string | undefined;
    const { json, tail } = splitBody((request.body as Buffer | null) ?? Buffer.alloc(0), header);
    const asked = decodeInferRequest(json, tail);
    const deadlineMs = deadlineOf(request.headers, asked.parameters);
    const limits = { signal: whenGone(reply), ...(deadlineMs === undefined ? {} : { deadlineMs }) };
    const { outputs, computeMs, provenance } = await admission.run(limits, (leftMs) =>
      telemetry.span('run', () =>
        active.run(asked.inputs, {
          signal: limits.signal,
          ...(leftMs === undefined ? {} : { timeoutMs: leftMs }),
        }),
      ),
    );
    meters.compute.record(computeMs / 1e3, { model: request.params.model });
    const { headers, chunks } = joinBody(
      encodeInferResponse(
        {
          model: request.params.model,
          version: release,
          ...(asked.id === undefined ? {} : { id: asked.id }),
          parameters: {
            selvedge_variant: active.variant.id,
            selvedge_version: release,
            selvedge_compute_ms: computeMs,
            selvedge_provenance: provenance,
          },
          outputs: wantedOutputs(outputs, asked.outputs),
        },
        asked.binaryOutput,
      ),
    );
    return reply.headers(headers).send(Buffer.concat(chunks));
  };
}

function inferMeters({ meter }: Telemetry, admission: Admission) {
  meter
    .createObservableGauge('edge_inference_waiting', {
      description: 'Requests waiting for their turn',
    })
    .addCallback((gauge) => gauge.observe(admission.waiting));
  return {
    compute: meter.createHistogram('edge_inference_compute_seconds', {
      description: 'Time the engine computed, without waiting and transport',
      unit: 's',
      advice: {
        explicitBucketBoundaries: [
          0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
        ],
      },
    }),
  };
}
