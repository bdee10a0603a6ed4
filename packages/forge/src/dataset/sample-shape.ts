import { fail } from '@selvedge/core/errors';
import type { TensorSpec } from '@selvedge/core/schema';

/**
 * The shape in which one row of an array enters the model: any row with as many elements fits.
 * Free dimensions follow the row where its own shape matches, otherwise a leading one is 1 (the
 * batch) and at most one other is solved from the number of elements.
 *
 * @param row shape of `a[i]`
 * @throws SelvedgeError `bad-dataset` naming file, expected and found shape
 */
export function sampleShape(spec: TensorSpec, row: readonly number[], file: string): number[] {
  const wanted = spec.shape.map((side) => (typeof side === 'number' ? side : undefined));
  if (matches(wanted, row)) return [...row];
  if (mayBeOne(wanted[0]) && wanted.length > 0 && matches(wanted.slice(1), row)) return [1, ...row];
  const elements = row.reduce((product, side) => product * side, 1);
  return solve(wanted, elements) ?? misfit(spec, row, file);
}

const mayBeOne = (side: number | undefined): boolean => side === undefined || side === 1;

const matches = (wanted: readonly (number | undefined)[], row: readonly number[]): boolean =>
  wanted.length === row.length &&
  wanted.every((side, axis) => side === undefined || side === row[axis]);

function solve(wanted: readonly (number | undefined)[], elements: number): number[] | undefined {
  const free = wanted.filter((side) => side === undefined).length;
  const shape = wanted.map((side, axis) =>
    side === undefined && axis === 0 && free > 1 ? 1 : side,
  );
  const known = shape.reduce<number>((product, side) => product * (side ?? 1), 1);
  const open = shape.filter((side) => side === undefined).length;
  if (open > 1) return undefined;
  if (open === 0) return known === elements ? (shape as number[]) : undefined;
  if (known === 0 || elements % known !== 0) return undefined;
  return shape.map((side) => side ?? elements / known);
}

function misfit(spec: TensorSpec, row: readonly number[], file: string): never {
  const expected = formatShape(spec.shape);
  const found = formatShape(row);
  return fail(
    'bad-dataset',
    `${file}: each sample has shape ${found}, ${spec.name} takes ${expected}`,
    {
      hint: 'the first dimension counts samples; each sample needs as many elements as the input',
      details: { file, input: spec.name, expected, found },
    },
  );
}

/** `[1, 28, "n", ?]`: sizes, symbolic names, `?` for an unnamed free dimension. */
export const formatShape = (shape: readonly (number | string | null)[]): string =>
  `[${shape.map((side) => side ?? '?').join(', ')}]`;
