import { makeNode, makeTensor } from '../../build/make.ts';
import type { NodeProto, TensorProto } from '../../wire/messages.ts';
import { type Blocks4, blocksPerRow } from './blocks.ts';
import { packNibbles, packSigned } from './pack.ts';
import type { Weights4 } from './weights4.ts';

/** How DequantizeLinear gives weights back in the shape that their node reads. */
export interface Dequantized {
  readonly dims: readonly number[];
  readonly scaleDims: readonly number[];
  readonly axis: number;
  /** Absent: a scale for each index of `axis`. */
  readonly blockSize?: number;
  /** Whether rows and columns are stored the other way round than blocks have them. */
  readonly isTurned?: boolean;
  /** What a Reshape makes of it. */
  readonly reshape?: readonly number[];
  /** Whether a Transpose of the matrix comes last. */
  readonly transposes?: boolean;
}

/**
 * The form for weights in blocks of a size. With ONNX's own DequantizeLinear (opset 21) blocks run
 * along an axis, where the columns are one; otherwise every block is an index of the first axis, and
 * a Reshape puts them back together, for which blocks must fill the rows (see `evenBlock`). ONNX
 * Runtime's own operator knows no blocks.
 */
export function dequantizedForm(
  { dims, rows, columns, isFlipped }: Weights4,
  size: number,
  hasBlocks: boolean,
): Dequantized {
  const perRow = blocksPerRow(columns, size);
  const blockSize = size;
  if (isFlipped && hasBlocks)
    return { dims, axis: 0, blockSize, scaleDims: [perRow, rows], isTurned: true };
  const axis = hasBlocks ? columnAxis(dims, rows) : undefined;
  if (axis !== undefined) {
    const scaleDims = dims.map((length, at) => (at === axis ? perRow : length));
    return { dims, axis, blockSize, scaleDims };
  }
  const whole = isFlipped ? [rows, columns] : dims;
  const last = isFlipped ? { transposes: true } : {};
  if (perRow === 1 && whole[0] === rows)
    return { dims: whole, axis: 0, scaleDims: [rows], ...last };
  return {
    ...{ dims: [rows * perRow, size], axis: 0, scaleDims: [rows * perRow] },
    ...{ reshape: whole, ...last },
  };
}

/** The one axis that the columns run along; `undefined` where they run over several. */
function columnAxis(dims: readonly number[], rows: number): number | undefined {
  let [lead, first] = [1, 0];
  while (lead < rows) lead *= dims[first++]!;
  const long = dims.flatMap((length, at) => (at >= first && length > 1 ? [at] : []));
  return long.length > 1 || lead !== rows ? undefined : (long[0] ?? dims.length - 1);
}

/**
 * The size nearest to `wanted` of blocks that fill a row of `columns` without a rest: the largest
 * divisor up to it; the whole row where that would be less than 8 weights a scale.
 */
export function evenBlock(columns: number, wanted: number): number {
  for (let size = Math.min(wanted, columns); size >= 8; size--)
    if (columns % size === 0) return size;
  return columns;
}

/** Names of a stored form; `zeros` is absent where zero stands at code 8. */
export interface Names4 {
  readonly codes: string;
  readonly scales: string;
  readonly zeros?: string;
}

/** The tensors that DequantizeLinear reads: INT4 where zero stands in the middle, else UINT4. */
export function dequantizedTensors(
  names: Names4,
  form: Dequantized,
  blocks: Blocks4,
): TensorProto[] {
  const perRow = blocksPerRow(blocks.columns, blocks.size);
  const turn = (values: Uint8Array, width: number): Uint8Array =>
    form.isTurned ? turned(values, new Uint8Array(values.length), width) : values;
  const { codes, zeros, columns } = blocks;
  const scales = form.isTurned
    ? turned(blocks.scales, new Float32Array(blocks.scales.length), perRow)
    : blocks.scales;
  const [type, pack] = names.zeros
    ? (['uint4', packNibbles] as const)
    : (['int4', packSigned] as const);
  return [
    makeTensor(names.codes, form.dims, pack(turn(codes, columns)), type),
    makeTensor(names.scales, form.scaleDims, scales),
    ...(names.zeros
      ? [makeTensor(names.zeros, form.scaleDims, pack(turn(zeros, perRow)), type)]
      : []),
  ];
}

/** A matrix of `width` columns turned into `to`. */
function turned<T extends Uint8Array | Float32Array>(from: T, to: T, width: number): T {
  const height = from.length / width;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      to[column * height + row] = from[row * width + column]!;
  return to;
}

/** The node that gives the weights back; below opset 21 it is ORT's own. */
export const dequantizeNode = (
  names: Names4,
  { axis, blockSize }: Dequantized,
  output: string,
  domain: string,
): NodeProto =>
  makeNode(
    'DequantizeLinear',
    [names.codes, names.scales, ...(names.zeros ? [names.zeros] : [])],
    [output],
    { axis, block_size: blockSize },
    domain === '' ? {} : { domain },
  );
