import { makeNode, makeTensor } from '../../build/make.ts';
import { isDefaultDomain } from '../../graph/attribute.ts';
import { type GraphIndex, indexGraph } from '../../graph/graph-index.ts';
import { findConstant } from '../../pass/constants.ts';
import { NamePool } from '../../pass/name-pool.ts';
import { pruneConstants } from '../../pass/prune.ts';
import { type Inference, inferValues } from '../../shape/infer.ts';
import { dataTypes } from '../../tensor/data-type.ts';
import { floatValues, tensorShape } from '../../tensor/values.ts';
import { edit } from '../../wire/message.ts';
import type { GraphProto, NodeProto, TensorProto } from '../../wire/messages.ts';
import type { Model } from '../../wire/model.ts';

/**
 * Makes one Gemm of a MatMul of two matrices and the Add of a constant row behind it: as a bias the
 * row is kept in 32 bits, as an operand of its own it would be rounded to 8. Main graph only.
 */
export function matmulBias(model: Model): Model {
  const { graph } = model;
  const index = indexGraph(graph);
  const inference = inferValues(model);
  const names = new NamePool(model);
  const gemms = new Map<NodeProto, NodeProto>();
  const gone = new Set<NodeProto>();
  const added: TensorProto[] = [];
  const unread = new Set<string>();
  for (const node of graph.node) {
    const columns = columnsOf(node, graph, inference);
    const sum = columns === undefined ? undefined : soleSum(node, index);
    const row = sum && rowOf(sum, node, columns!, graph);
    if (!sum || !row) continue;
    const name = names.fresh(`${row.name}.bias`);
    added.push(makeTensor(name, [row.values.length], row.values));
    const inputs = [node.input[0]!, node.input[1]!, name];
    gemms.set(sum, makeNode('Gemm', inputs, sum.output, {}, node.name ? { name: node.name } : {}));
    gone.add(node);
    unread.add(row.name);
  }
  if (gemms.size === 0) return model;
  const node = graph.node.flatMap((entry) => (gone.has(entry) ? [] : [gemms.get(entry) ?? entry]));
  const changed = edit(graph, { node, initializer: [...graph.initializer, ...added] });
  return edit(model, { graph: pruneConstants(changed, unread) });
}

/** Columns of a MatMul of a computed matrix and a stored one. */
function columnsOf(node: NodeProto, graph: GraphProto, inference: Inference): number | undefined {
  if (node.opType !== 'MatMul' || !isDefaultDomain(node.domain)) return undefined;
  const rank = inference.of(graph, node.input[0] ?? '').shape?.length;
  const weights = findConstant({ graph }, node.input[1] ?? '');
  if (rank !== 2 || !weights || 'reason' in weights) return undefined;
  const dims = tensorShape(weights.tensor);
  return dims.length === 2 && weights.tensor.dataType === dataTypes.float32 ? dims[1] : undefined;
}

/** The Add that alone reads a node's output. */
function soleSum(node: NodeProto, index: GraphIndex): NodeProto | undefined {
  const output = node.output[0] ?? '';
  const [reader, ...others] = index.consumers.get(output) ?? [];
  const isSeen = others.length > 0 || index.outputs.has(output) || index.captured.has(output);
  return !isSeen && reader?.opType === 'Add' && isDefaultDomain(reader.domain) ? reader : undefined;
}

function rowOf(
  sum: NodeProto,
  product: NodeProto,
  columns: number,
  graph: GraphProto,
): { readonly name: string; readonly values: Float32Array } | undefined {
  const name = sum.input.find((input) => input !== product.output[0]) ?? '';
  const constant = findConstant({ graph }, name);
  if (!constant || 'reason' in constant || constant.tensor.dataType !== dataTypes.float32)
    return undefined;
  const dims = tensorShape(constant.tensor);
  const values = floatValues(constant.tensor);
  const isRow = dims.length <= 2 && dims.at(-1) === columns && values.length === columns;
  return isRow ? { name, values } : undefined;
}
