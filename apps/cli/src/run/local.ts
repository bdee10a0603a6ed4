import { basename, extname } from 'node:path';
import { estimate } from '@selvedge/core/device';
import {
  type Candidate,
  compileRoute,
  defaultPolicy,
  type RouteFacts,
  type RouteRequest,
} from '@selvedge/core/route';
import { graphCost } from '@selvedge/engines/emulated';
import { engineModel, loadModel } from '@selvedge/forge';
import { execute, systemClock } from '@selvedge/infer/execute';
import { type OpenedEngine, openEngine } from './engine.ts';
import type { Answering, Wish } from './placed.ts';

/** Stands for the family of a file, which belongs to none. */
const family = 'local/model';

/**
 * A model file on this machine: a plan with one place, run like any other.
 *
 * @throws SelvedgeError `not-found`, `bad-model`, `usage` for the engine's name
 */
export async function answerLocally(
  file: string,
  engineName: string,
  wish: Wish,
): Promise<Answering> {
  const source = await loadModel(file);
  const opened = openEngine(engineName);
  const { engine } = opened;
  try {
    const session = await engine.load(engineModel(source, file));
    const candidate = candidateOf(file, source.bytes, opened);
    const facts: RouteFacts = { device: {}, candidates: [candidate] };
    const request: RouteRequest = {
      family,
      labels: wish.labels,
      ...(wish.deadlineMs === undefined ? {} : { deadlineMs: wish.deadlineMs }),
    };
    const route = compileRoute(defaultPolicy(family), 'built-in');
    const decision = route.decide(request, facts);
    return {
      inputs: session.inputs,
      outputs: session.outputs,
      answer: async (inputs) => {
        const { result, attempts, rejected } = await execute({
          request,
          decision,
          facts: () => facts,
          recheck: route.recheck,
          attempt: (_, context) => session.run(inputs, context),
          clock: systemClock,
        });
        const { variant = null, target = null } = candidate;
        const { plan, policy, rule } = decision;
        const placed = { tier: candidate.tier, variant, engine: engine.name, target };
        const why = {
          attempts,
          rejected,
          plan,
          policy,
          rule,
          provenance: result.provenance,
          computeMs: result.computeMs,
        };
        return { outputs: result.outputs, decision: { ...placed, ...why } };
      },
      close: () => engine.close(),
    };
  } catch (caught) {
    await engine.close();
    throw caught;
  }
}

function candidateOf(
  file: string,
  model: Uint8Array,
  { engine, profile }: OpenedEngine,
): Candidate {
  const variant = basename(file, extname(file));
  const { workload, precision } = graphCost({ model, name: file })();
  return {
    id: `device/${variant}`,
    tier: 'device',
    variant,
    engine: engine.name,
    ...(engine.target === undefined ? {} : { target: engine.target }),
    // What no processor of the profile is known to run has no prediction to be held against.
    predictedMs: estimate(workload, profile, precision)?.ms ?? 0,
    provenance: 'estimated',
    available: true,
  };
}
