import { randomBytes } from 'node:crypto';
import { CountsAccepted, type DecisionCounts } from '@selvedge/core/api';
import { toSelvedgeError } from '@selvedge/core/errors';
import { createDecisionCounter } from '@selvedge/core/signals';
import { fetchJson } from '@selvedge/node/http';
import type { DecisionTrace } from './decision-log.ts';
import { bearer } from './reporter.ts';

/** Anonymous counts of where decisions ended, by family, tier and rule. They name no device. */
export interface DecisionSums {
  add(trace: DecisionTrace): void;
  /**
   * Ends the window and sends it, unless nothing was counted.
   * @throws SelvedgeError where the hub cannot be reached: the window is sent with the next call.
   */
  send(timeoutMs?: number): Promise<void>;
}

/** Windows kept for a hub that is away; older ones are forgotten. */
const keptWindows = 24;

export function openDecisionSums(options: {
  readonly hub: string;
  readonly token?: string | undefined;
  readonly clock: () => Date;
}): DecisionSums {
  const { hub, token, clock } = options;
  const counter = createDecisionCounter(clock().getTime());
  let unsent: DecisionCounts[] = [];

  const sendOne = (json: DecisionCounts, timeoutMs: number) =>
    fetchJson(`${hub}/api/v1/counts`, CountsAccepted, {
      method: 'POST',
      timeoutMs,
      json,
      headers: bearer(token),
    });
  return {
    add: ({ family, tier, rule }) => counter.add({ family, tier: tier ?? 'none', rule }),
    async send(timeoutMs = 10_000) {
      const ended = counter.close(clock().getTime(), randomBytes(16).toString('hex'));
      if (ended) unsent = [...unsent, ended].slice(-keptWindows);
      for (const window of unsent) {
        try {
          await sendOne(window, timeoutMs);
        } catch (caught) {
          // What the hub refuses for what it is would be refused for ever.
          if (toSelvedgeError(caught).row.exit === 3) throw caught;
        }
        unsent = unsent.filter((other) => other !== window);
      }
    },
  };
}
