import { isDefaultDomain } from '../graph/attribute.ts';
import { indexGraph } from '../graph/graph-index.ts';
import type { Inference } from '../shape/infer.ts';
import type { DataTypeName } from '../tensor/data-type.ts';
import type { GraphProto, NodeProto } from '../wire/messages.ts';

/**
 * The types that values have for a runtime that computes in integers: what DequantizeLinear makes
 * is still the integer that it read, and what only QuantizeLinear reads already the integer that it
 * makes (ONNX's QDQ form). Other values are not in the map.
 */
export function quantisedTypes(
  graph: GraphProto,
  inference: Inference,
): ReadonlyMap<string, DataTypeName> {
  const index = indexGraph(graph);
  const types = new Map<string, DataTypeName>();
  const set = (name: string | undefined, from: string | undefined) => {
    const { type } = inference.of(graph, from ?? '');
    if (name && type) types.set(name, type);
  };
  for (const node of graph.node) {
    if (isDequantize(node)) set(node.output[0], node.input[0]);
    if (!isQuantize(node)) continue;
    const read = node.input[0] ?? '';
    const readers = index.consumers.get(read) ?? [];
    const leaves = index.outputs.has(read) || index.captured.has(read) || index.inputs.has(read);
    if (!leaves && readers.every(isQuantize)) set(read, node.output[0]);
  }
  return types;
}

/** Whether a node stands between integers and floats. */
export const isBorder = (node: NodeProto): boolean => isQuantize(node) || isDequantize(node);

const isQuantize = (node: NodeProto): boolean =>
  node.opType === 'QuantizeLinear' && isKnownDomain(node);
const isDequantize = (node: NodeProto): boolean =>
  node.opType === 'DequantizeLinear' && isKnownDomain(node);
const isKnownDomain = ({ domain }: NodeProto): boolean =>
  isDefaultDomain(domain) || domain === 'com.microsoft';
