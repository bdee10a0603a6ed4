import { type BlockFormat, type Blocks4, blocksPerRow, codeOf, emptyBlocks } from './blocks.ts';
import { type BlockScale, fitScale, plainScale } from './fit-scale.ts';

/**
 * Rounds weights `[rows, columns]` to the nearest code, each block by the scale with the least
 * squared error.
 *
 * @param importance mean square of each column's input: what an error there costs. Absent: equal.
 */
export const roundSearched = (
  weights: Float32Array,
  columns: number,
  format: BlockFormat,
  importance?: Float64Array,
): Blocks4 =>
  roundBlocks(weights, columns, format, (start, end, first) =>
    fitScale(weights, start, end, format, importance, first),
  );

/** Rounds to the nearest code with scales from the largest weight: the baseline. */
export const roundPlain = (weights: Float32Array, columns: number, format: BlockFormat): Blocks4 =>
  roundBlocks(weights, columns, format, (start, end) => plainScale(weights, start, end, format));

function roundBlocks(
  weights: Float32Array,
  columns: number,
  format: BlockFormat,
  choose: (start: number, end: number, first: number) => BlockScale,
): Blocks4 {
  const rows = columns === 0 ? 0 : weights.length / columns;
  const blocks = emptyBlocks(rows, columns, format.size);
  const perRow = blocksPerRow(columns, format.size);
  for (let block = 0; block < rows * perRow; block++) {
    const row = Math.floor(block / perRow);
    const first = (block % perRow) * format.size;
    const start = row * columns + first;
    const end = Math.min(start + format.size, (row + 1) * columns);
    const { scale, zero } = choose(start, end, first);
    blocks.scales[block] = scale;
    blocks.zeros[block] = zero;
    for (let at = start; at < end; at++) blocks.codes[at] = codeOf(weights[at]!, scale, zero);
  }
  return blocks;
}
