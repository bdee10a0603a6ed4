import { isDefaultDomain } from '../graph/attribute.ts';
import { indexGraph } from '../graph/graph-index.ts';
import type { Inference } from '../shape/infer.ts';
import type { DataTypeName } from '../tensor/data-type.ts';
import type { GraphProto, NodeProto } from '../wire/messages.ts';

/**
 * The types that values have for a runtime that computes in integers: what DequantizeLinear makes
 * is still the integer that it read, and what only QuantizeLinear reads already the integer that it
 * makes (ONNX's QDQ form); so is what goes there through an activation that runtimes fuse into the
 * operator before it. Other values are not in the map.
 */
export function quantisedTypes(graph: GraphProto, inference: Inference): QuantisedTypes {
  const index = indexGraph(graph);
  const types = new Map<string, DataTypeName>();
  const set = (name: string | undefined, from: string | undefined) => {
    const { type } = inference.of(graph, from ?? '');
    if (name && type) types.set(name, type);
  };
  const isInner = (name: string) =>
    !index.outputs.has(name) && !index.captured.has(name) && !index.inputs.has(name);
  // Backwards: what an activation makes is known before what it reads.
  for (const node of graph.node.toReversed()) {
    const read = node.input[0] ?? '';
    const readers = index.consumers.get(read) ?? [];
    if (isDequantize(node)) set(node.output[0], read);
    if (!isInner(read)) continue;
    if (isQuantize(node) && readers.every(isQuantize)) set(read, node.output[0]);
    const made = types.get(node.output[0] ?? '');
    if (made && isFused(node) && readers.length === 1) types.set(read, made);
  }
  return { of: (name, node) => (isBorder(node) ? ofBorder(name, node) : types.get(name)) };

  /**
   * Between integers and a float value that something computes with, QuantizeLinear and
   * DequantizeLinear have work of their own; inside a group they are nothing but its types.
   */
  function ofBorder(name: string, node: NodeProto): DataTypeName | undefined {
    const isOwnValue = name === (isQuantize(node) ? node.input[0] : node.output[0]);
    if (!isOwnValue) return undefined;
    if (isQuantize(node)) {
      const producer = index.producers.get(name);
      return producer && types.has(producer.input[0] ?? '') ? types.get(name) : undefined;
    }
    const readers = index.consumers.get(name) ?? [];
    return isInner(name) && readers.some(computesInIntegers) ? types.get(name) : undefined;
  }

  function computesInIntegers(node: NodeProto): boolean {
    const output = node.output[0] ?? '';
    const { type } = inference.of(graph, output);
    return isQuantize(node) || types.has(output) || (type !== undefined && !isFloat(type));
  }
}

/** The types of values as a node sees them; undefined where they are those of the graph. */
export interface QuantisedTypes {
  of(name: string, node: NodeProto): DataTypeName | undefined;
}

const isFloat = (type: DataTypeName): boolean => /float/.test(type);

const isFused = (node: NodeProto): boolean =>
  isDefaultDomain(node.domain) && (node.opType === 'Relu' || node.opType === 'Clip');

/** What DequantizeLinear makes in a graph: what reads it computes with quantised values. */
export const dequantisedIn = (graph: GraphProto): ReadonlySet<string> =>
  new Set(graph.node.filter(isDequantize).flatMap(({ output }) => output));

/** Whether a node stands between integers and floats. */
const isBorder = (node: NodeProto): boolean => isQuantize(node) || isDequantize(node);

const isQuantize = (node: NodeProto): boolean =>
  node.opType === 'QuantizeLinear' && isKnownDomain(node);
const isDequantize = (node: NodeProto): boolean =>
  node.opType === 'DequantizeLinear' && isKnownDomain(node);
const isKnownDomain = ({ domain }: NodeProto): boolean =>
  isDefaultDomain(domain) || domain === 'com.microsoft';
