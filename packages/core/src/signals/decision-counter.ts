import { type DecisionCounts, maxCount, maxCounts } from '../api/reports.ts';
import { apiVersion, type FamilyName, type Tier } from '../schema/index.ts';

/** What a decision is counted by: nothing about the request, the device or the person. */
export interface CountedDecision {
  readonly family: FamilyName;
  /** Where it ran; `none` when no place was left. */
  readonly tier: Tier | 'none';
  /** What decided in the end, see `verdictOf` in `../route`. */
  readonly rule: string;
}

/** Counts decisions in a window of time. Holds sums only, so that nothing else can leave. */
export interface DecisionCounter {
  add(decision: CountedDecision): void;
  /**
   * Ends the window at `now` and starts the next one there. Undefined when nothing was counted:
   * an empty window is not sent. Counts are sorted, so that their order says nothing.
   *
   * @param now milliseconds since 1970.
   * @param batch 32 random hex digits, made by the caller; makes a retry harmless.
   */
  close(now: number, batch: string): DecisionCounts | undefined;
}

/**
 * More different counts than this in one window are folded into the rule `other` of their family
 * and tier, for which there is as much room again; what is beyond that is not counted.
 */
const maxDistinct = maxCounts / 2;

/** @param start when the first window begins, milliseconds since 1970. */
export function createDecisionCounter(start: number): DecisionCounter {
  let windowStart = start;
  let counts = new Map<string, DecisionCounts['counts'][number]>();

  function add({ family, tier, rule }: CountedDecision): void {
    const key = `${family} ${tier} ${rule}`;
    const known = counts.get(key);
    if (known) known.count = Math.min(known.count + 1, maxCount);
    else if (counts.size < (rule === 'other' ? maxCounts : maxDistinct))
      counts.set(key, { family, tier, rule, count: 1 });
    else if (rule !== 'other') add({ family, tier, rule: 'other' });
  }

  function close(now: number, batch: string): DecisionCounts | undefined {
    const window = { start: timestamp(windowStart), end: timestamp(now) };
    const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
    windowStart = now;
    counts = new Map();
    if (sorted.length === 0) return undefined;
    return { apiVersion, kind: 'DecisionCounts', batch, window, counts: sorted };
  }

  return { add, close };
}

const timestamp = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
