/** Tells a processor by its times, where nothing else tells: below an execution provider. */
import { fail } from '../errors/index.ts';
import type { Workload } from '../release/documents.ts';
import { estimateOn } from './estimate.ts';
import type { ComputeUnit, Profile } from './profile.ts';

/** How long one inference should take on a processor. */
export interface Expectation {
  /** In words: `npu (openvino)`. */
  readonly unit: string;
  readonly ms: number;
  /** Nine of ten models take no less, and no more; 5% on either side. */
  readonly lowMs: number;
  readonly highMs: number;
}

/** Whether times are those of the processor that is said to take them. */
export interface Likeness {
  /**
   * `faster`: less time than the processor should take, as a newer one or a smaller load does.
   * `unclear`: too few runs, nothing to compare with, or another processor would take as long.
   */
  readonly verdict: 'alike' | 'unlike' | 'faster' | 'unclear';
  readonly reason: string;
  readonly medianMs: number | null;
  /** Holds the median of all runs with 95% confidence; null with too few runs. */
  readonly confidenceMs: readonly [low: number, high: number] | null;
  /** Of the times. */
  readonly provenance: 'measured';
}

/** Fewer say nothing of a median: with six the whole range is its interval, at 97%. */
const fewest = 6;

const isTime = (ms: number): boolean => Number.isFinite(ms) && ms >= 0;

const provenance = 'measured' as const;

/** What is expected of a processor that runs the precision; undefined of one that does not. */
export function expectationOn(
  unit: ComputeUnit,
  workload: Workload,
  profile: Pick<Profile, 'memory'>,
  precision: string,
): Expectation | undefined {
  const estimated = estimateOn(unit, workload, profile, precision);
  if (!estimated) return undefined;
  const { ms, lowMs, highMs } = estimated;
  const { kind, provider } = unit;
  const name = kind === provider ? kind : `${kind} (${provider})`;
  return { unit: name, ms, lowMs, highMs };
}

/**
 * Compares measured times with what is expected. Times are `unlike` a processor when the whole 95%
 * confidence interval of their median (from order statistics, so that no distribution is assumed)
 * lies above what is expected of it, or below it where another processor takes that long: outside
 * lies one honest processor in ten at most.
 * A median that is expected of another processor too tells nothing.
 *
 * @param measuredMs of single inferences, warm, in any order
 * @param claimed of the processor that is said to run them
 * @param otherwise of the one that would run them if the claim is false, mostly the CPU
 *
 * @throws SelvedgeError `usage` for a time that is none: negative, infinite or not a number
 *
 * @example
 * looksLike([41, 40, 43, 40, 42, 41], { unit: 'npu', ms: 2, lowMs: 1, highMs: 4 })
 * // { verdict: 'unlike', reason: 'this does not look like npu: 41 ms where 1 to 4 ms are expected', … }
 */
export function looksLike(
  measuredMs: readonly number[],
  claimed: Expectation,
  otherwise?: Expectation,
): Likeness {
  const bad = measuredMs.find((ms) => !isTime(ms));
  if (bad !== undefined)
    fail('usage', `measuredMs holds ${bad}: expected times in milliseconds, 0 or more`, {
      hint: 'leave out runs that were not measured',
    });
  const sorted = [...measuredMs].sort((a, b) => a - b);
  if (sorted.length < fewest) {
    const reason = `${sorted.length} runs do not tell; ${fewest} would`;
    return { verdict: 'unclear', reason, medianMs: null, confidenceMs: null, provenance };
  }
  const medianMs = medianOf(sorted);
  const confidenceMs = medianInterval(sorted);
  const [low, high] = confidenceMs;
  if (!isRange(claimed) || (otherwise && !isRange(otherwise))) {
    const reason = 'what is expected is no range of times';
    return { verdict: 'unclear', reason, medianMs, confidenceMs, provenance };
  }
  const said = `${show(medianMs)} where ${range(claimed)} are expected`;
  const found = (verdict: Likeness['verdict'], reason: string): Likeness => ({
    verdict,
    reason,
    medianMs,
    confidenceMs,
    provenance,
  });
  const like = otherwise && high >= otherwise.lowMs && low <= otherwise.highMs;
  if (high < claimed.lowMs && !like)
    return found('faster', `this is faster than ${claimed.unit} should be: ${said}`);
  if (low > claimed.highMs || high < claimed.lowMs) {
    const rather = like ? `; ${otherwise.unit} would take ${range(otherwise)}` : '';
    return found('unlike', `this does not look like ${claimed.unit}: ${said}${rather}`);
  }
  if (like)
    return found('unclear', `${otherwise.unit} would take as long: ${range(otherwise)}; ${said}`);
  return found('alike', `this looks like ${claimed.unit}: ${said}`);
}

const isRange = ({ lowMs, highMs }: Expectation): boolean =>
  isTime(lowMs) && isTime(highMs) && lowMs <= highMs;

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The narrowest symmetric pair of order statistics that holds the median with at least 95%: the
 * number of runs below it is binomial with p = ½ (Conover, Practical Nonparametric Statistics, 3.2).
 */
function medianInterval(sorted: readonly number[]): [low: number, high: number] {
  const n = sorted.length;
  let below = 0.5 ** n;
  let outside = below;
  let at = 0;
  while (at + 1 < n / 2) {
    below *= (n - at) / (at + 1);
    if (2 * (outside + below) > 0.05) break;
    outside += below;
    at += 1;
  }
  return [sorted[at]!, sorted[n - 1 - at]!];
}

const range = ({ lowMs, highMs }: Expectation): string => `${show(lowMs, '')} to ${show(highMs)}`;
const show = (ms: number, unit = ' ms'): string => `${Number(ms.toPrecision(3))}${unit}`;
