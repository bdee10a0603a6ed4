import { fail } from '@selvedge/core/errors';
import { familyOfSlug, familySlug } from '@selvedge/core/release';
import {
  decodeInferRequest,
  encodeInferResponse,
  encodeModelMetadata,
  encodeServerMetadata,
  inferenceHeaderLength,
  joinBody,
  type OipParameters,
  onnxPlatform,
  splitBody,
  wantedOutputs,
} from '@selvedge/infer/oip';
import { oipScope, whenGone } from '@selvedge/node/oip';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Agent } from '../agent.ts';
import type { AgentFamily } from '../agent-state.ts';
import type { DecisionTrace } from '../decision-log.ts';
import type { InferRequest } from '../router.ts';

type ModelRequest = FastifyRequest<{ Params: { model: string } }>;

/**
 * The Open Inference Protocol, v2 REST, over the device's routing: a model's name is its family
 * with a dot, the answer may come from the device, the edge or the cloud, and its parameters say
 * from where. No model has a version here, since the policy chooses among places that may differ.
 */
export function addOipRoutes(app: FastifyInstance, agent: Agent, version: string): void {
  app.register(async (scope) => {
    oipScope(scope, { bodies: 'json' });
    scope.get('/v2', async () => encodeServerMetadata('selvedge-agent', version));
    scope.get('/v2/health/live', async () => ({ live: true }));
    scope.get('/v2/health/ready', async (_request, reply) => {
      const ready = agent.state().families.some(({ version: installed }) => installed !== null);
      return reply.code(ready ? 200 : 503).send({ ready });
    });
    scope.get('/v2/models/:model', async (request: ModelRequest) => {
      const { family, inputs, outputs } = familyOf(request, agent);
      return encodeModelMetadata({
        name: familySlug(family),
        platform: onnxPlatform,
        inputs,
        outputs,
      });
    });
    scope.get('/v2/models/:model/ready', async (request: ModelRequest) => {
      const { family } = familyOf(request, agent);
      return { name: familySlug(family), ready: true };
    });
    scope.post('/v2/models/:model/infer', (request: ModelRequest, reply) =>
      infer(agent, request, reply),
    );
  });
}

function familyOf({ params }: ModelRequest, agent: Agent): AgentFamily {
  const family = familyOfSlug(params.model);
  const known = agent.state().families.find((entry) => entry.family === family);
  if (!known) {
    return fail('not-found', `no model ${params.model} here`, {
      hint: 'check the name; what was just published comes with the next poll',
      details: { family },
    });
  }
  if (known.version !== null) return known;
  return fail('unavailable', `${family} is not installed on this device yet`, {
    details: { family },
  });
}

async function infer(
  agent: Agent,
  request: ModelRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { model } = request.params;
  const header = request.headers[inferenceHeaderLength] as string | undefined;
  const { json, tail } = splitBody((request.body as Buffer | null) ?? Buffer.alloc(0), header);
  const asked = decodeInferRequest(json, tail);
  const { outputs, decision } = await agent.infer(familyOfSlug(model), asked.inputs, {
    ...requestOf(asked.parameters ?? {}),
    signal: whenGone(reply),
  });
  const message = encodeInferResponse(
    {
      model,
      ...(decision.version !== null && { version: decision.version }),
      ...(asked.id !== undefined && { id: asked.id }),
      parameters: answerParameters(decision),
      outputs: wantedOutputs(outputs, asked.outputs),
    },
    asked.binaryOutput,
  );
  const { headers, chunks } = joinBody(message);
  return reply.headers(headers).send(Buffer.concat(chunks));
}

/** `selvedge_labels` and its like, as the request's parameters carry them. */
function requestOf(parameters: OipParameters): InferRequest {
  const labels = parameters.selvedge_labels;
  if (labels !== undefined && typeof labels !== 'string') {
    fail('bad-input', 'parameter selvedge_labels: expected labels with commas between them');
  }
  const [deadlineMs, minQuality, maxCost] = [
    numberOf(parameters, 'selvedge_deadline_ms'),
    numberOf(parameters, 'selvedge_min_quality'),
    numberOf(parameters, 'selvedge_max_cost'),
  ];
  return {
    labels: (labels ?? '')
      .split(',')
      .map((label) => label.trim())
      .filter(Boolean),
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(minQuality !== undefined && { minQuality }),
    ...(maxCost !== undefined && { maxCost }),
  };
}

/** Some clients send every parameter as text. What is no number is an error, not a default. */
function numberOf(parameters: OipParameters, name: string): number | undefined {
  const value = parameters[name];
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && number >= 0) return number;
  return fail(
    'bad-input',
    `parameter ${name} is ${JSON.stringify(value)}: expected a number from 0 up`,
  );
}

function answerParameters(decision: DecisionTrace): OipParameters {
  const { id, tier, variant, target, rule, computed } = decision;
  return {
    selvedge_decision: id,
    ...(tier && { selvedge_tier: tier }),
    ...(variant && { selvedge_variant: variant }),
    ...(target && { selvedge_target: target }),
    selvedge_rule: rule,
    ...(computed && {
      selvedge_compute_ms: computed.ms,
      selvedge_provenance: computed.provenance,
    }),
  };
}
