import type { BuiltVariant } from './schema.ts';

/**
 * The variants that no other beats: none is at most as large, no slower (median on the machine that
 * built) and at least as good, and better in one of the three. Slower and faster are told apart only
 * where the intervals of the medians are: what one more measurement may turn round decides nothing.
 * Those that miss their bar or a budget do not compete.
 *
 * @returns their ids; undefined where quality was measured of none
 */
export function paretoFront(variants: readonly BuiltVariant[]): string[] | undefined {
  const points = variants.flatMap((variant) => pointOf(variant) ?? []);
  if (points.length === 0) return undefined;
  return points.filter((one) => !points.some((other) => beats(other, one))).map(({ id }) => id);
}

interface Point {
  readonly id: string;
  readonly bytes: number;
  readonly quality: number;
  /** Of the median. */
  readonly lowMs: number;
  readonly highMs: number;
}

function pointOf({ id, status, bytes, latency, quality }: BuiltVariant): Point | undefined {
  if (status === 'fail' || bytes === null || !latency || !quality) return undefined;
  const { p50Ms, lowMs = p50Ms, highMs = p50Ms } = latency;
  return { id, bytes, quality: quality.value, lowMs, highMs };
}

const beats = (one: Point, other: Point): boolean =>
  one.bytes <= other.bytes &&
  one.quality >= other.quality &&
  one.lowMs <= other.highMs &&
  (one.bytes < other.bytes || one.quality > other.quality || one.highMs < other.lowMs);
