import { makeNode, makeTensor } from '../../build/make.ts';
import { intAttribute } from '../../graph/attribute.ts';
import type { Table } from '../../pass/table.ts';
import type { NodeProto, TensorProto } from '../../wire/messages.ts';
import { type Blocks4, blocksPerRow } from './blocks.ts';
import type { Names4 } from './dequantized.ts';
import { packNibbles, packRows, packSigned, packZeros } from './pack.ts';

const microsoft = { domain: 'com.microsoft' };

/**
 * Tensors of com.microsoft.MatMulNBits: B `[N, blocks, block / 2]`, scales `[N × blocks]`, zero
 * points two a byte (ORT, docs/ContribOperators.md).
 */
export function nBitsTensors(names: Names4, blocks: Blocks4): TensorProto[] {
  const { rows, columns, size, scales } = blocks;
  const zeros = names.zeros === undefined ? undefined : packZeros(blocks);
  return [
    makeTensor(names.codes, [rows, blocksPerRow(columns, size), size / 2], packRows(blocks)),
    makeTensor(names.scales, [scales.length], scales),
    ...(zeros ? [makeTensor(names.zeros!, [zeros.length], zeros)] : []),
  ];
}

export const nBitsNode = (
  node: NodeProto,
  names: Names4,
  y: string,
  sizes: { readonly K: number; readonly N: number; readonly block_size: number },
  accuracyLevel: number | undefined,
): NodeProto =>
  makeNode(
    'MatMulNBits',
    [node.input[0]!, names.codes, names.scales, ...(names.zeros ? [names.zeros] : [])],
    [y],
    { ...sizes, bits: 4, accuracy_level: accuracyLevel },
    { ...microsoft, ...(node.name && { name: node.name }) },
  );

/** Tensors of com.microsoft.GatherBlockQuantized: the table as INT4 or UINT4, a scale a block. */
export function tableTensors(names: Names4, blocks: Blocks4): TensorProto[] {
  const { rows, columns, size, codes, scales, zeros } = blocks;
  const perRow = blocksPerRow(columns, size);
  const type = names.zeros ? 'uint4' : 'int4';
  const packed = names.zeros ? packNibbles(codes) : packSigned(codes);
  return [
    makeTensor(names.codes, [rows, columns], packed, type),
    makeTensor(names.scales, [rows, perRow], scales),
    ...(names.zeros ? [makeTensor(names.zeros, [rows, perRow], packNibbles(zeros), type)] : []),
  ];
}

export const tableNode = ({ node }: Table, names: Names4, block: number): NodeProto =>
  makeNode(
    'GatherBlockQuantized',
    [names.codes, node.input[1]!, names.scales, ...(names.zeros ? [names.zeros] : [])],
    node.output,
    { gather_axis: intAttribute(node, 'axis', 0), quantize_axis: 1, block_size: block },
    { ...microsoft, ...(node.name && { name: node.name }) },
  );
