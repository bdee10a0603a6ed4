import { floatAttribute, intAttribute, isDefaultDomain } from '../../graph/attribute.ts';
import type { Scope } from '../../graph/walk.ts';
import { findConstant } from '../../pass/constants.ts';
import type { Inference } from '../../shape/infer.ts';
import { dataTypes } from '../../tensor/data-type.ts';
import { isAllFinite } from '../../tensor/finite.ts';
import { elementCount, floatValues, tensorShape } from '../../tensor/values.ts';
import type { GraphProto, NodeProto } from '../../wire/messages.ts';
import { transposed } from '../weights.ts';

/** Stored weights that a node reads, seen as a matrix. */
export interface Weights4 {
  readonly node: NodeProto;
  /** Which of the node's inputs. */
  readonly position: number;
  readonly name: string;
  /** As they are stored. */
  readonly dims: readonly number[];
  /** One row for each output of a layer; blocks run along the columns. */
  readonly rows: number;
  readonly columns: number;
  /** Stored as `[columns, rows]`. */
  readonly isFlipped: boolean;
  /** Whether MatMulNBits can stand for the node. */
  readonly isProduct: boolean;
  /** `[rows, columns]`, a fresh array. */
  values(): Float32Array;
}

/** Inputs that hold weights, by operator. */
const positions: Readonly<Record<string, readonly number[]>> = {
  MatMul: [1, 0],
  Gemm: [1],
  Conv: [1],
  ConvTranspose: [1],
  LSTM: [1, 2],
  GRU: [1, 2],
  RNN: [1, 2],
};

/** A node's stored weights; a reason if it has some and they stay; `undefined` if it has none. */
export function readWeights4(
  node: NodeProto,
  scope: Scope & { readonly graph: GraphProto },
  minWeights: number,
  inference: Inference,
): readonly Weights4[] | string | undefined {
  const op = node.opType ?? '';
  if (!isDefaultDomain(node.domain) || !Object.hasOwn(positions, op)) return undefined;
  if (!node.input[0] || !node.output.some(Boolean)) return 'it has no input or no output';
  const found: Weights4[] = [];
  let reason: string | undefined;
  for (const position of positions[op]!) {
    const read = readInput(node, position, scope, minWeights, inference);
    if (typeof read === 'string') reason ??= read;
    else if (read) found.push(read);
  }
  return found.length > 0 ? found : reason;
}

function readInput(
  node: NodeProto,
  position: number,
  scope: Scope & { readonly graph: GraphProto },
  minWeights: number,
  inference: Inference,
): Weights4 | string | undefined {
  const name = node.input[position] ?? '';
  const constant = findConstant(scope, name);
  if (!constant)
    return name === '' || node.opType === 'MatMul' ? undefined : `its weights ${name} are computed`;
  if ('reason' in constant) return constant.reason;
  const { tensor } = constant;
  if (tensor.dataType !== dataTypes.float32) return `its weights ${name} are not float32`;
  const dims = tensorShape(tensor);
  const isMatrix = node.opType === 'MatMul' || node.opType === 'Gemm';
  if (isMatrix ? dims.length !== 2 : dims.length < 3)
    return `its weights ${name} have ${dims.length} dimensions`;
  const count = elementCount(tensor);
  if (count < minWeights)
    return `its weights ${name} are only ${count}: storing scales costs more than it saves`;
  const flat = () => floatValues(tensor);
  if (!isAllFinite(tensor)) return `its weights ${name} are not all finite`;
  const isFlipped = position === 1 && isMatrix && intAttribute(node, 'transB', 0) === 0;
  const [rows, columns] = isFlipped ? [dims[1]!, dims[0]!] : matrixOf(node.opType!, dims, count);
  const isProduct =
    isMatrix && position === 1 && inference.of(scope.graph, node.input[0]!).shape?.length !== 1;
  return {
    ...{ node, position, name, dims, rows, columns, isFlipped },
    isProduct: isProduct && (node.opType === 'MatMul' || isPlainGemm(node)),
    values: () => (isFlipped ? transposed(flat(), columns, rows) : flat()),
  };
}

/** A Gemm that is a product, a factor and a sum. */
const isPlainGemm = (node: NodeProto): boolean =>
  intAttribute(node, 'transA', 0) === 0 &&
  (!node.input[2] || [0, 1].includes(floatAttribute(node, 'beta', 1)));

/** Recurrent weights are `[directions, gates, inputs]`, those of convolutions `[outputs, inputs, …kernel]`. */
function matrixOf(op: string, dims: readonly number[], count: number): [number, number] {
  const rows = op === 'LSTM' || op === 'GRU' || op === 'RNN' ? dims[0]! * dims[1]! : dims[0]!;
  return [rows, count / rows];
}
