import type { DecisionTrace } from '@selvedge/agent';
import { fail, SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import { familySlug } from '@selvedge/core/release';
import type { FamilyName } from '@selvedge/core/schema';
import { createRemoteEngine } from '@selvedge/engines/remote';
import { type OipParameters, parameterNames } from '@selvedge/infer/oip';
import { requestJson } from '@selvedge/node/http';
import { traceHeaders } from '@selvedge/node/telemetry';
import type { Answering, PlacedDecision, Wish } from './placed.ts';

/** A family through the device's own agent, which decides where each inference runs. */
export interface AnsweringByAgent extends Answering {
  /** The trace of the last request that no place answered. */
  readonly refused: () => PlacedDecision | undefined;
}

/**
 * @param agent the agent's address, `http://127.0.0.1:7420`
 * @throws SelvedgeError `network`, `not-found` for a family that the device does not know
 */
export async function answerByAgent(
  family: FamilyName,
  agent: string,
  wish: Wish,
): Promise<AnsweringByAgent> {
  const remote = createRemoteEngine({ url: agent, headers: traceHeaders });
  const session = await remote.open(familySlug(family)).catch((caught: unknown) => {
    throw withHint(toSelvedgeError(caught), agent);
  });
  const parameters: OipParameters = {
    ...(wish.labels.length > 0 ? { [parameterNames.labels]: wish.labels.join(',') } : {}),
    ...(wish.deadlineMs === undefined ? {} : { [parameterNames.deadlineMs]: wish.deadlineMs }),
  };
  let refused: PlacedDecision | undefined;
  return {
    inputs: session.inputs,
    outputs: session.outputs,
    refused: () => refused,
    answer: async (inputs) => {
      try {
        const { outputs, parameters: said } = await session.run(inputs, { parameters });
        return { outputs, decision: await readDecision(agent, said[parameterNames.decision]) };
      } catch (caught) {
        const error = toSelvedgeError(caught);
        const { decision } = error.details;
        if (decision !== undefined)
          refused = await readDecision(agent, decision).catch(() => undefined);
        throw error;
      }
    },
    close: () => remote.close(),
  };
}

function withHint(error: SelvedgeError, agent: string): SelvedgeError {
  if (error.code !== 'network') return error;
  const { code, message, details, cause } = error;
  const hint = `start the device's agent, or name another with --agent (this asked ${agent})`;
  return new SelvedgeError(code, message, { hint, details, cause });
}

async function readDecision(agent: string, id: unknown): Promise<PlacedDecision> {
  if (typeof id !== 'string') fail('bad-upstream', `${agent}: the answer names no decision`);
  const url = `${agent.replace(/\/+$/, '')}/api/v1/decisions/${encodeURIComponent(id)}`;
  const trace = (await requestJson(url)) as Partial<DecisionTrace> | null;
  if (!Array.isArray(trace?.attempts) || !Array.isArray(trace.rejected)) {
    fail('bad-upstream', `${url}: the answer is no decision`);
  }
  const { tier = null, variant = null, engine = null, target = null, computed } = trace;
  const { attempts, rejected, plan = [], policy = '', rule = '' } = trace;
  const placed = { tier, variant, engine, target, attempts, rejected, plan, policy, rule };
  return computed
    ? { ...placed, computeMs: computed.ms, provenance: computed.provenance }
    : { ...placed, provenance: null };
}
