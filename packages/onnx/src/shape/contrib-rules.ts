/** Shapes of com.microsoft operators, as exporters and ONNX Runtime's own optimiser write them (onnxruntime docs/ContribOperators.md). */
import { intAttribute, intsAttribute } from '../graph/attribute.ts';
import { type Dim, floorDivide, multiplyDims, sumOf } from './dimension.ts';
import {
  broadcast,
  type Operands,
  positiveAxis,
  type Shape,
  type ShapeRule,
  words,
} from './facts.ts';
import { gemm, matMul } from './product-rules.ts';

type Result = readonly (Shape | undefined)[];

const likeFirst: ShapeRule = ({ inputs }) => [inputs[0]?.shape];
const named = (names: string, rule: ShapeRule) =>
  Object.fromEntries(words(names).map((name) => [`com.microsoft:${name}`, rule] as const));

export const contribRules: Readonly<Record<string, ShapeRule>> = {
  ...named(
    `BiasGelu FastGelu Gelu QuickGelu QuantizeLinear DequantizeLinear QLinearSigmoid
     QLinearLeakyRelu QLinearSoftmax RotaryEmbedding Trilu GroupNorm BiasAdd BiasSoftmax
     Inverse`,
    likeFirst,
  ),
  ...named('QLinearAdd QLinearMul', ({ inputs }) => [
    broadcast([inputs[0]?.shape, inputs[3]?.shape]),
  ]),
  ...named('QLinearConcat', quantizedConcat),
  ...named('QLinearWhere', ({ inputs }) => [
    broadcast([inputs[0]?.shape, inputs[1]?.shape, inputs[4]?.shape]),
  ]),
  ...named('QGemm', (operands) => gemm(operands, 3)),
  ...named('FusedGemm', (operands) => gemm(operands)),
  ...named('DynamicQuantizeMatMul MatMulInteger16', ({ inputs }) => [
    matMul(inputs[0]?.shape, inputs[1]?.shape),
  ]),
  ...named('MatMulIntegerToFloat', ({ inputs }) => [matMul(inputs[0]?.shape, inputs[1]?.shape)]),
  ...named('FusedMatMul', fusedMatMul),
  ...named('MatMulNBits MatMulBnb4', ({ node, inputs }) => [
    inputs[0]?.shape?.with(-1, intAttribute(node, 'N') ?? null),
  ]),
  ...named('GatherBlockQuantized', gatherBlocks),
  ...named('SkipLayerNormalization SkipSimplifiedLayerNormalization', ({ node, inputs }) =>
    node.output.map((_, at) => (at === 0 || at === 3 ? inputs[0]?.shape : undefined)),
  ),
  ...named('EmbedLayerNormalization', ({ inputs }) => {
    const [ids, table] = [inputs[0]?.shape, inputs[2]?.shape];
    return [ids && table && [...ids, table.at(-1) ?? null], ids && [ids[0] ?? null]];
  }),
  ...named('Attention', packedAttention),
  ...named('MultiHeadAttention', multiHead),
  ...named('GroupQueryAttention', groupQuery),
};

function quantizedConcat({ node, inputs }: Operands): Result {
  // Y's scale and zero point, then (tensor, scale, zero point) of each part.
  const parts = inputs.slice(2).filter((_, at) => at % 3 === 0);
  const first = parts.find(({ shape }) => shape)?.shape;
  const axis = first && positiveAxis(intAttribute(node, 'axis', 0), first.length);
  if (!first || axis === undefined) return [];
  return [first.with(axis, sumOf(parts.map(({ shape }) => shape?.[axis] ?? null)))];
}

function fusedMatMul({ node, inputs }: Operands): Result {
  if (intAttribute(node, 'transBatchA', 0) || intAttribute(node, 'transBatchB', 0)) return [];
  const side = (at: number, attribute: string) => {
    const shape = inputs[at]?.shape;
    if (!shape || shape.length < 2 || intAttribute(node, attribute, 0) === 0) return shape;
    return [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];
  };
  return [matMul(side(0, 'transA'), side(1, 'transB'))];
}

/** Packed rows of a table: the last axis holds `8 / bits` elements a byte. */
function gatherBlocks({ node, inputs }: Operands): Result {
  const [data, indices] = [inputs[0]?.shape, inputs[1]?.shape];
  const axis = data && positiveAxis(intAttribute(node, 'gather_axis', 0), data.length);
  if (!data || !indices || axis === undefined) return [];
  const packed = inputs[0]?.type === 'uint8' ? 8 / intAttribute(node, 'bits', 4) : 1;
  const wide = data.with(-1, multiplyDims(data.at(-1)!, packed));
  return [[...wide.slice(0, axis), ...indices, ...wide.slice(axis + 1)]];
}

/** Attention of packed weights [hidden, q + k + v]: the output is as wide as v. */
function packedAttention({ node, inputs }: Operands): Result {
  const [x, weight] = [inputs[0]?.shape, inputs[1]?.shape];
  if (x?.length !== 3) return [];
  const sizes = intsAttribute(node, 'qkv_hidden_sizes');
  const width = sizes?.[2] ?? floorDivide(weight?.[1] ?? null, 3);
  return [[x[0]!, x[1]!, width]];
}

function multiHead({ node, inputs }: Operands): Result {
  const [q, v] = [inputs[0]?.shape, inputs[2]?.shape];
  const heads = intAttribute(node, 'num_heads', 0);
  if (q?.length !== 3 || !v) return [];
  const width: Dim = v.length === 3 ? v[2]! : multiplyDims(v[1] ?? null, v[3] ?? null);
  return [[q[0]!, q[1]!, heads === 0 ? null : width]];
}

/** Y, present key and value. Query alone holds all three where key and value are left out. */
function groupQuery({ node, inputs }: Operands): Result {
  const q = inputs[0]?.shape;
  const heads = intAttribute(node, 'num_heads', 0);
  const keyHeads = intAttribute(node, 'kv_num_heads', 0);
  if (q?.length !== 3 || heads === 0) return [];
  const packed = !node.input[1];
  const size = floorDivide(q[2]!, packed ? heads + 2 * keyHeads : heads);
  const present = inputs[3]?.shape?.with(2, null);
  return [[q[0]!, q[1]!, multiplyDims(size, heads)], present, present];
}
