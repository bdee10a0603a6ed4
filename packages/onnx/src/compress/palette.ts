/** Values that stand for many, in ascending order, and which one each stands for. */
export interface Palette {
  readonly values: Float32Array;
  /** Index into `values` for each element. */
  readonly codes: Uint8Array;
}

/**
 * At most `size` values with a small squared error: Lloyd's algorithm in one dimension, where a
 * cluster is a range of the sorted elements, begun at their quantiles. A zero stays exactly zero.
 *
 * @param size 2 to 256
 */
export function makePalette(elements: Float32Array, size: number, maxRounds = 40): Palette {
  const sorted = elements.slice().sort();
  const sums = prefixSums(sorted);
  const centres = quantiles(sorted, size);
  for (let round = 0; round < maxRounds; round++) if (!improve(centres, sorted, sums)) break;
  const values = distinct(centres, elements.includes(0));
  return { values, codes: codesOf(elements, values) };
}

function prefixSums(sorted: Float32Array): Float64Array {
  const sums = new Float64Array(sorted.length + 1);
  for (let at = 0; at < sorted.length; at++) sums[at + 1] = sums[at]! + sorted[at]!;
  return sums;
}

/** Half by rank, half by value: tails get centres of their own. */
function quantiles(sorted: Float32Array, size: number): Float64Array {
  const [low = 0, high = 0] = [sorted[0], sorted.at(-1)];
  const centres = Float64Array.from({ length: size }, (_, at) => {
    const share = (at + 0.5) / size;
    const rank = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    return (rank + low + share * (high - low)) / 2;
  });
  return centres.sort();
}

/** Moves each centre to the mean of what is nearest to it; false where none moves. */
function improve(centres: Float64Array, sorted: Float32Array, sums: Float64Array): boolean {
  let moved = false;
  let from = 0;
  for (let at = 0; at < centres.length; at++) {
    const next = centres[at + 1];
    const border = next === undefined ? Number.POSITIVE_INFINITY : (centres[at]! + next) / 2;
    const to = firstAbove(sorted, border, from);
    if (to > from) {
      const mean = (sums[to]! - sums[from]!) / (to - from);
      if (Math.abs(mean - centres[at]!) > 1e-7 * Math.abs(mean)) moved = true;
      centres[at] = mean;
    }
    from = to;
  }
  return moved;
}

/** First position from `low` on with a value above `border`, by bisection. */
function firstAbove(sorted: Float32Array | Float64Array, border: number, low: number): number {
  let [from, to] = [low, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle]! > border) to = middle;
    else from = middle + 1;
  }
  return from;
}

function distinct(centres: Float64Array, hasZero: boolean): Float32Array {
  const values = Float32Array.from(centres);
  if (hasZero) {
    let nearest = 0;
    for (let at = 1; at < values.length; at++)
      if (Math.abs(values[at]!) < Math.abs(values[nearest]!)) nearest = at;
    values[nearest] = 0;
  }
  return Float32Array.from(new Set(values)).sort();
}

function codesOf(elements: Float32Array, values: Float32Array): Uint8Array {
  const borders = Float64Array.from(
    { length: values.length - 1 },
    (_, at) => (values[at]! + values[at + 1]!) / 2,
  );
  const codes = new Uint8Array(elements.length);
  for (let at = 0; at < elements.length; at++) codes[at] = firstAbove(borders, elements[at]!, 0);
  return codes;
}
