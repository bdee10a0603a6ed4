import type { BuiltVariant } from './schema.ts';

/**
 * The variants that no other beats: none is at most as large, at most as slow (median on the
 * machine that built) and at least as good, and better in one of the three. Those that miss their
 * bar or a budget do not compete.
 *
 * @returns their ids; undefined where quality was measured of none
 */
export function paretoFront(variants: readonly BuiltVariant[]): string[] | undefined {
  const points = variants.flatMap((variant) => pointOf(variant) ?? []);
  if (points.length === 0) return undefined;
  return points
    .filter((one) => !points.some((other) => beats(other.costs, one.costs)))
    .map(({ id }) => id);
}

interface Point {
  readonly id: string;
  /** The less the better. */
  readonly costs: readonly number[];
}

function pointOf({ id, status, bytes, latency, quality }: BuiltVariant): Point | undefined {
  if (status === 'fail' || bytes === null || !latency || !quality) return undefined;
  return { id, costs: [bytes, latency.p50Ms, -quality.value] };
}

const beats = (one: readonly number[], other: readonly number[]): boolean =>
  one.every((cost, at) => cost <= (other[at] as number)) &&
  one.some((cost, at) => cost < (other[at] as number));
