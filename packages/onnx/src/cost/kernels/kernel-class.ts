import { intsAttribute, isDefaultDomain } from '../../graph/attribute.ts';
import type { NodeProto } from '../../wire/messages.ts';

/** Kinds of kernels whose speed differs on the processors that models run on. */
export type KernelClass =
  | 'conv'
  | 'stem'
  | 'pointwise'
  | 'depthwise'
  | 'grouped'
  | 'volume'
  | 'transposed'
  | 'linear'
  | 'vector'
  | 'matmul'
  | 'recurrent'
  | 'activation'
  | 'elementwise'
  | 'affine'
  | 'image'
  | 'gate'
  | 'normalisation'
  | 'softmax'
  | 'pool'
  | 'reduce'
  | 'resize'
  | 'join'
  | 'splice'
  | 'shuffle'
  | 'transpose'
  | 'regroup'
  | 'gather'
  | 'movement'
  | 'reshape'
  | 'other';

/** A node's surroundings, as far as its kernel depends on them. Sizes that are not known are 1. */
export interface KernelFacts {
  /** By position; empty for an input that is left out. */
  readonly inputs: readonly (readonly number[])[];
  /** By position: whether the input is stored in the model. */
  readonly stored: readonly boolean[];
  readonly output: readonly number[];
  /** The operator that makes its first input, where nothing else reads that. */
  readonly after: string | undefined;
}

/** The kernel that runs a node; undefined where none does: it is folded, fused, or a view. */
export function kernelClassOf(node: NodeProto, facts: KernelFacts): KernelClass | undefined {
  const op = node.opType ?? '';
  if (!isDefaultDomain(node.domain)) return contributed.get(op) ?? 'other';
  if (facts.inputs.length > 0 && facts.stored.every(Boolean)) return undefined;
  if (convolutions.has(op)) return convClass(op, facts);
  if (products.has(op)) return productClass(facts);
  if (pairwise.has(op)) return pairClass(op, facts);
  if (foldable.has(op)) return foldedClass(op, facts);
  if (op === 'Transpose') return transposeClass(node);
  if (op === 'Concat' || op === 'Slice' || op === 'Split') return joinClass(facts);
  return listed.get(op) ?? (free.has(op) ? undefined : 'other');
}

function convClass(op: string, { inputs, output }: KernelFacts): KernelClass {
  const weight = inputs[op === 'QLinearConv' ? 3 : 1] ?? [];
  const channels = inputs[0]?.[1] ?? 1;
  const groups = channels / (weight[1] ?? channels);
  if (weight.length > 4) return 'volume';
  if (groups > 1) return weight[1] === 1 && output[1] === channels ? 'depthwise' : 'grouped';
  if (weight.slice(2).every((size) => size === 1))
    return count(output.slice(2)) <= 4 ? 'vector' : 'pointwise';
  return channels < 8 ? 'stem' : 'conv';
}

function productClass({ stored, output }: KernelFacts): KernelClass {
  if (!stored.some(Boolean)) return 'matmul';
  return count(output.slice(0, -1)) < 16 ? 'vector' : 'linear';
}

/** With one constant operand it is folded into the kernel before it, where that can take it. */
function pairClass(
  op: string,
  { inputs, stored, after, output }: KernelFacts,
): KernelClass | undefined {
  const varying = inputs.filter((shape, at) => !stored[at] && shape.length > 0);
  if (varying.length > 1) {
    return op === 'Mul' && count(varying[0]!) !== count(varying[1]!) ? 'gate' : 'elementwise';
  }
  if (inputs.some((shape, at) => stored[at] && count(shape) === 1)) return undefined;
  if (after !== undefined && folding.has(after)) return undefined;
  return output.length === 4 && (output[1] ?? 0) <= 4 ? 'image' : 'affine';
}

function foldedClass(op: string, { after }: KernelFacts): KernelClass | undefined {
  if (after !== undefined && folding.has(after)) return undefined;
  if (op === 'BatchNormalization') return 'affine';
  return after === 'BatchNormalization' ? undefined : 'activation';
}

/** Parts of channels that are no multiple of 32 must be shifted, others only copied. */
function joinClass({ inputs, stored, output }: KernelFacts): KernelClass {
  const [first = []] = inputs;
  const axis = output.findIndex((size, at) => size !== first[at]);
  if (output.length !== 4 || axis !== 1) return 'join';
  const parts = [output, ...inputs.filter((shape, at) => !stored[at] && shape.length === 4)];
  return parts.every((shape) => shape[1]! % 32 === 0) ? 'join' : 'splice';
}

/** One that keeps its last axis moves whole rows, as heads of attention are set apart. */
function transposeClass(node: NodeProto): KernelClass {
  const order = intsAttribute(node, 'perm');
  return order && order.at(-1) === order.length - 1 ? 'regroup' : 'transpose';
}

export const count = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

const convolutions = new Set(['Conv', 'ConvInteger', 'QLinearConv']);
const products = new Set(['MatMul', 'Gemm', 'MatMulInteger', 'QLinearMatMul', 'Einsum']);
const pairwise = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Min', 'Max', 'Mod', 'Where'],
  ...['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And', 'Or', 'Xor'],
]);
/** What compilers fold into the kernel before it. */
const foldable = new Set([
  'Relu',
  'Clip',
  'LeakyRelu',
  'PRelu',
  'Neg',
  'BatchNormalization',
  'Cast',
]);
/** Kernels that a following operator is folded into. */
const folding = new Set([
  'Conv',
  'ConvTranspose',
  'MatMul',
  'Gemm',
  'Add',
  'Sub',
  'Mul',
  'Div',
  'LayerNormalization',
]);
/** No kernel: computed while compiling, or what integer kernels do themselves. */
const free = new Set([
  ...['Constant', 'ConstantOfShape', 'Identity', 'Dropout', 'Shape', 'Size', 'Range', 'Squeeze'],
  ...['Unsqueeze', 'QuantizeLinear', 'DequantizeLinear', 'DynamicQuantizeLinear', 'If'],
]);

const contributed = new Map<string, KernelClass>([
  ['MatMulNBits', 'linear'],
  ['FusedConv', 'conv'],
  ['QLinearAdd', 'elementwise'],
  ['SkipLayerNormalization', 'normalisation'],
]);

const each = (kernel: KernelClass, ...ops: string[]) => ops.map((op) => [op, kernel] as const);
const listed = new Map<string, KernelClass>([
  ...each('transposed', 'ConvTranspose'),
  ...each('recurrent', 'LSTM', 'GRU', 'RNN'),
  ...each(
    'activation',
    'Sigmoid',
    'Tanh',
    'Erf',
    'Exp',
    'Log',
    'Sqrt',
    'Reciprocal',
    'Gelu',
    'HardSigmoid',
  ),
  ...each(
    'activation',
    'HardSwish',
    'Elu',
    'Selu',
    'Softplus',
    'Mish',
    'Abs',
    'Sin',
    'Cos',
    'Floor',
    'Ceil',
  ),
  ...each(
    'normalisation',
    'LayerNormalization',
    'InstanceNormalization',
    'GroupNormalization',
    'LRN',
  ),
  ...each('normalisation', 'LpNormalization', 'RMSNormalization', 'MeanVarianceNormalization'),
  ...each('softmax', 'Softmax', 'LogSoftmax'),
  ...each('pool', 'MaxPool', 'AveragePool', 'LpPool'),
  ...each('reduce', 'GlobalAveragePool', 'GlobalMaxPool', 'ReduceMean', 'ReduceSum', 'ReduceMax'),
  ...each('reduce', 'ReduceMin', 'ReduceL2', 'ReduceProd', 'ArgMax', 'ArgMin', 'CumSum', 'TopK'),
  ...each('resize', 'Resize', 'Upsample', 'GridSample'),
  ...each('shuffle', 'DepthToSpace', 'SpaceToDepth'),
  ...each('gather', 'Gather', 'GatherElements', 'GatherND'),
  ...each('movement', 'ScatterND', 'ScatterElements', 'Pad', 'Tile', 'Expand'),
  ...each('reshape', 'Reshape', 'Flatten'),
]);
