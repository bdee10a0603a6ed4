import { countOf, type ValueFacts } from '../shape/facts.ts';
import { byteLength, dataTypeName } from '../tensor/data-type.ts';
import { elementCount } from '../tensor/values.ts';
import type { NodeProto, TensorProto } from '../wire/messages.ts';

/** What a string takes in an engine's tensor beside its text, which nobody knows. */
const stringHandle = 8;

/** Bytes of a value, as elements of `type` where that is given; `undefined` where not known. */
export function valueBytes(facts: ValueFacts, type = facts.type): number | undefined {
  // What sequences and optionals hold is counted where it is made.
  if (facts.sequence || facts.optional) return 0;
  const count = countOf(facts.shape);
  if (count === undefined || !type) return undefined;
  return type === 'string' ? count * stringHandle : byteLength(type, count);
}

export function storedBytes(tensor: TensorProto): number {
  const type = dataTypeName(tensor.dataType);
  if (type === 'string') return tensor.stringData.reduce((sum, text) => sum + text.length, 0);
  return type ? byteLength(type, elementCount(tensor)) : 0;
}

/** Tree ensembles and other ai.onnx.ml operators keep their weights in attributes. */
export function tableBytes(node: NodeProto): number {
  if (node.domain !== 'ai.onnx.ml') return 0;
  return node.attribute.reduce(
    (sum, { floats, ints }) => sum + 4 * floats.length + 8 * ints.length,
    0,
  );
}
