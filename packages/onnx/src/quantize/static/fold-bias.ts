import { makeNode, makeTensor } from '../../build/make.ts';
import { intAttribute, isDefaultDomain } from '../../graph/attribute.ts';
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
 * Moves the constant that an Add puts on a layer's output into the layer: Conv and ConvTranspose get
 * it as their bias, a MatMul of two matrices becomes a Gemm. As a bias it is kept in 32 bits; as an
 * operand of its own it would be rounded to 8. Main graph only.
 */
export function foldBias(model: Model): Model {
  const { graph } = model;
  const index = indexGraph(graph);
  const inference = inferValues(model);
  const names = new NamePool(model);
  const folded = new Map<NodeProto, NodeProto>();
  const gone = new Set<NodeProto>();
  const added: TensorProto[] = [];
  const unused = new Set<string>();
  for (const node of graph.node) {
    const sum = soleReader(node, index);
    const addend = sum && sum.opType === 'Add' && !gone.has(sum) && addendOf(sum, node, graph);
    if (!sum || !addend) continue;
    const bias = biasOf(node, addend, graph, inference);
    if (!bias) continue;
    const name = names.fresh(`${addend.name}.bias`);
    added.push(makeTensor(name, [bias.length], bias));
    folded.set(sum, withBias(node, name, sum));
    gone.add(node);
    unused.add(addend.name);
    if (node.input[2]) unused.add(node.input[2]);
  }
  if (folded.size === 0) return model;
  const node = graph.node.flatMap((entry) => (gone.has(entry) ? [] : [folded.get(entry) ?? entry]));
  const changed = edit(graph, { node, initializer: [...graph.initializer, ...added] });
  return edit(model, { graph: pruneConstants(changed, unused) });
}

const layers: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'MatMul']);

/** The only node that reads a layer's output, where nothing else sees it. */
function soleReader(node: NodeProto, index: GraphIndex): NodeProto | undefined {
  if (!isDefaultDomain(node.domain) || !layers.has(node.opType ?? '')) return undefined;
  const output = node.output[0] ?? '';
  const readers = index.consumers.get(output) ?? [];
  const isSeen = index.outputs.has(output) || index.captured.has(output);
  return readers.length === 1 && !isSeen ? readers[0] : undefined;
}

interface Addend {
  readonly name: string;
  readonly values: Float32Array;
  readonly dims: readonly number[];
}

function addendOf(sum: NodeProto, layer: NodeProto, graph: GraphProto): Addend | undefined {
  const [a, b] = sum.input;
  if (!isDefaultDomain(sum.domain) || a === b) return undefined;
  const name = (a === layer.output[0] ? b : a) ?? '';
  const constant = findConstant({ graph }, name);
  if (!constant || 'reason' in constant) return undefined;
  if (constant.tensor.dataType !== dataTypes.float32) return undefined;
  return { name, values: floatValues(constant.tensor), dims: tensorShape(constant.tensor) };
}

/** The bias that a layer would have with the addend in it; `undefined` where it is none. */
function biasOf(
  node: NodeProto,
  addend: Addend,
  graph: GraphProto,
  inference: Inference,
): Float32Array | undefined {
  const weights = findConstant({ graph }, node.input[1] ?? '');
  if (!weights || 'reason' in weights) return undefined;
  const dims = tensorShape(weights.tensor);
  if (node.opType === 'MatMul') {
    const rank = inference.of(graph, node.input[0] ?? '').shape?.length;
    return rank === 2 && dims.length === 2 ? perChannel(addend, dims[1]!, 0, 2) : undefined;
  }
  const channels =
    node.opType === 'Conv' ? dims[0]! : (dims[1] ?? 0) * intAttribute(node, 'group', 1);
  const spread = perChannel(addend, channels, dims.length - 2, dims.length);
  return spread && sumWith(spread, node.input[2], graph);
}

/**
 * The addend as one value per channel, where it varies along the channels only.
 *
 * @param trailing dimensions of the sum behind that of the channels
 */
function perChannel(
  { dims, values }: Addend,
  channels: number,
  trailing: number,
  rank: number,
): Float32Array | undefined {
  if (dims.length > rank) return undefined;
  if (values.length === 1) return new Float32Array(channels).fill(values[0]!);
  const behind = dims.length - 1 - dims.findLastIndex((size) => size !== 1);
  return values.length === channels && behind === trailing ? values : undefined;
}

function sumWith(
  addend: Float32Array,
  name: string | undefined,
  graph: GraphProto,
): Float32Array | undefined {
  if (!name) return addend;
  const constant = findConstant({ graph }, name);
  if (!constant || 'reason' in constant) return undefined;
  const bias = floatValues(constant.tensor);
  return bias.length === addend.length ? addend.map((value, at) => value + bias[at]!) : undefined;
}

function withBias(node: NodeProto, bias: string, sum: NodeProto): NodeProto {
  const [x = '', w = ''] = node.input;
  if (node.opType !== 'MatMul') return edit(node, { input: [x, w, bias], output: sum.output });
  return makeNode('Gemm', [x, w, bias], sum.output, {}, node.name ? { name: node.name } : {});
}
