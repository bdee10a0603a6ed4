import type { Workload } from '@selvedge/core/release';
import { formatBytes } from '@selvedge/core/units';
import type { Summary } from '../measure/index.ts';
import type { VariantStatus } from '../report/index.ts';

/** What was asked of a variant: an absolute bar, and how much worse than fp32 it may be. */
export interface Bar {
  readonly min?: number;
  readonly maxDrop?: number;
}

export const isStated = ({ min, maxDrop }: Bar): boolean =>
  min !== undefined || maxDrop !== undefined;

/** What a choice between conversions has to hold where nobody states a bar: a point of a hundred, or 30 dB. */
export const assumedBar = (metric: string): Bar => ({ maxDrop: metric === 'snr' ? 0.001 : 0.01 });

/** Limits of a tier. */
export interface Budget {
  readonly maxBytes?: number;
  readonly maxMemoryBytes?: number;
  readonly maxLatencyMs?: number;
  /** Of all MACs, outside a target's accelerator: judged for each target, by the matrix. */
  readonly maxFallback?: number;
}

export interface Verdict {
  readonly status: VariantStatus;
  readonly reason: string;
}

/**
 * Whether a variant holds its bar. Above the bar by measurement is `fail`; within it, but with an
 * interval that reaches across, is `unproven`: too few samples to tell.
 *
 * @param summary absent where there is no evaluation set
 */
export function judgeQuality(
  summary: Summary | undefined,
  bar: Bar,
  isReference: boolean,
): Verdict {
  if (!summary) {
    const reason = isStated(bar)
      ? 'no evaluation set: the stated bar cannot be proven'
      : 'no evaluation set: quality was not measured';
    return { status: 'unproven', reason };
  }
  const verdicts = [judgeDrop(summary, bar.maxDrop, isReference), judgeValue(summary, bar.min)];
  const worst = verdicts.filter((verdict) => verdict !== undefined).sort(bySeverity)[0];
  return worst ?? { status: 'pass', reason: 'measured; no bar was stated' };
}

/** Limits that the variant breaks, in a sentence; undefined where it keeps them all. */
export function overBudget(
  budget: Budget,
  figures: {
    readonly bytes: number;
    readonly workload: Workload | null;
    readonly latencies: readonly { readonly p50Ms: number; readonly target?: string | undefined }[];
  },
): Verdict | undefined {
  const { maxBytes, maxMemoryBytes, maxLatencyMs } = budget;
  const memory = figures.workload?.peakMemoryBytes ?? 0;
  const over: string[] = [];
  if (maxBytes !== undefined && figures.bytes > maxBytes) {
    over.push(overBytes('', figures.bytes, maxBytes));
  }
  if (maxMemoryBytes !== undefined && memory > maxMemoryBytes) {
    over.push(overBytes(' of memory', memory, maxMemoryBytes));
  }
  for (const { p50Ms, target } of figures.latencies) {
    if (maxLatencyMs === undefined || p50Ms <= maxLatencyMs) continue;
    over.push(`takes ${p50Ms} ms on ${target ?? 'this machine'}, at most ${maxLatencyMs}`);
  }
  return over.length > 0
    ? { status: 'fail', reason: `over budget: ${over.join('; ')}` }
    : undefined;
}

/** Both in kB or more, and to the byte where they would read the same. */
function overBytes(of: string, found: number, limit: number): string {
  const [a, b] = [formatBytes(found), formatBytes(limit)];
  return a === b ? `${found} bytes${of}, at most ${limit}` : `${a}${of}, at most ${b}`;
}

const severity: Readonly<Record<VariantStatus, number>> = {
  fail: 0,
  skipped: 1,
  unproven: 2,
  pass: 3,
};

const bySeverity = (a: Verdict, b: Verdict): number => severity[a.status] - severity[b.status];

function judgeDrop(summary: Summary, maxDrop: number | undefined, isReference: boolean) {
  if (maxDrop === undefined) return undefined;
  if (isReference) return { status: 'pass', reason: 'it is the reference of the drop' } as const;
  const { drop, interval } = summary;
  if (drop === null) return { status: 'unproven', reason: 'the metric has no drop' } as const;
  const measured = `drop ${percent(drop)}`;
  if (drop > maxDrop) {
    return { status: 'fail', reason: `${measured} is above ${percent(maxDrop)}` } as const;
  }
  if (!interval || interval[1] > maxDrop) {
    const reach = interval
      ? `its 95% interval reaches ${percent(interval[1])}`
      : 'it has no interval';
    return {
      status: 'unproven',
      reason: `too few samples: ${measured} is within ${percent(maxDrop)}, but ${reach}`,
    } as const;
  }
  return {
    status: 'pass',
    reason: `${measured}, 95% sure to be within ${percent(maxDrop)}`,
  } as const;
}

function judgeValue({ value, valueInterval }: Summary, min: number | undefined) {
  if (min === undefined) return undefined;
  if (value < min)
    return { status: 'fail', reason: `${percent(value)} is below ${percent(min)}` } as const;
  if (!valueInterval || valueInterval[0] < min) {
    const reach = valueInterval
      ? `its 95% interval reaches down to ${percent(valueInterval[0])}`
      : 'the metric has no interval';
    return {
      status: 'unproven',
      reason: `too few samples: ${percent(value)} is above ${percent(min)}, but ${reach}`,
    } as const;
  }
  return {
    status: 'pass',
    reason: `${percent(value)}, 95% sure to be above ${percent(min)}`,
  } as const;
}

/** To a thousandth of a percent, further where that would read as nothing. */
function percent(fraction: number): string {
  const short = Number((100 * fraction).toFixed(3));
  return `${short === 0 ? Number((100 * fraction).toPrecision(2)) : short}%`;
}
