/** A stretch of values on a stretch of pixels. */
export interface Axis {
  /** Where a value stands. */
  at(value: number): number;
  /** Values that get a mark. */
  readonly ticks: readonly number[];
}

interface AxisOptions {
  /** Pixels of the smallest and of the largest value. */
  readonly from: number;
  readonly to: number;
  /** Equal factors at equal distances. */
  readonly log: boolean;
}

/** An axis that holds the values with some room on both sides. */
export function axisOf(values: readonly number[], { from, to, log }: AxisOptions): Axis {
  const scale = (value: number): number => (log ? Math.log(value) : value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const [low, high] = [scale(least), scale(most)];
  const room = high === low ? (log ? Math.LN2 : Math.abs(high) * 0.05 || 1) : 0.12 * (high - low);
  const [start, end] = [low - room, high + room];
  const at = (value: number): number =>
    from + ((scale(value) - start) / (end - start)) * (to - from);
  const isWide = log && most / least >= 8;
  const unscale = (value: number): number => (log ? Math.exp(value) : value);
  const [first, last] = [unscale(start), unscale(end)];
  const ticks = isWide ? decadeTicks(first, last) : evenTicks(first, last);
  return { at, ticks };
}

/** 1, 2 and 5 times powers of ten; fewer where they are many. */
function decadeTicks(low: number, high: number): number[] {
  const steps = high / low > 1000 ? [1] : high / low > 60 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
    ticks.push(...steps.map((step) => step * 10 ** power));
  }
  return ticks.filter((tick) => tick >= low && tick <= high);
}

/** Three to six round numbers (Heckbert, Graphics Gems, 1990, "Nice numbers for graph labels"). */
function evenTicks(low: number, high: number): number[] {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let at = Math.ceil(low / step); at * step <= high; at += 1) ticks.push(at * step);
  return ticks;
}
