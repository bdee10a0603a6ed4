import type { InputMoments } from './moments.ts';

/** The moments of several layers taken as one: what all of them together read. */
export function mergeMoments(parts: readonly InputMoments[]): InputMoments | undefined {
  const [first, ...others] = parts;
  if (!first || others.length === 0) return first;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const diagonal = weighted(
    parts.map((part) => ({ share: part.rows / rows, values: part.diagonal })),
  );
  const squares = parts.map(
    ({ size, full, blocks }) => blocks ?? (full && { size, values: [full] }),
  );
  const each = squares[0]?.size;
  if (each === undefined || !squares.every((own) => own?.size === each))
    return { size: first.size, rows, diagonal };
  const values = squares[0]!.values.map((_, at) =>
    weighted(
      squares.map((own, of) => ({ share: parts[of]!.rows / rows, values: own!.values[at]! })),
    ),
  );
  const known = { size: first.size, rows, diagonal };
  return each >= first.size
    ? { ...known, full: values[0]! }
    : { ...known, blocks: { size: each, values } };
}

function weighted(
  parts: readonly { readonly share: number; readonly values: Float64Array }[],
): Float64Array {
  const sum = new Float64Array(parts[0]!.values.length);
  for (const { share, values } of parts)
    for (let at = 0; at < sum.length; at++) sum[at]! += share * values[at]!;
  return sum;
}
