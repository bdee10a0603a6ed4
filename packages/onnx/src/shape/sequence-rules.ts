/** What sequences and optionals hold (ONNX Operators: SequenceAt, SplitToSequence, OptionalGetElement, …). */
import { intAttribute } from '../graph/attribute.ts';
import { dataTypeName } from '../tensor/data-type.ts';
import {
  commonFacts,
  constantOf,
  type Facts,
  type Operands,
  positiveAxis,
  type Shape,
} from './facts.ts';

/** Facts of a node's outputs by position. */
export type FactRule = (operands: Operands) => readonly Facts[];

const bare = ({ type, shape }: Facts): Facts => ({ type, shape });

export const sequenceRules: Readonly<Record<string, FactRule>> = {
  SequenceEmpty: ({ node }) => [
    { sequence: { type: dataTypeName(intAttribute(node, 'dtype', 1)), shape: undefined } },
  ],
  SequenceConstruct: ({ inputs }) => [{ sequence: inputs.map(bare).reduce(commonFacts) }],
  SequenceInsert: ({ inputs }) => [
    { sequence: withElement(inputs[0]?.sequence ?? {}, inputs[1] ?? {}) },
  ],
  SequenceErase: ({ inputs }) => [inputs[0] ?? {}],
  SequenceAt: ({ inputs }) => [inputs[0]?.sequence ?? {}],
  SequenceLength: () => [{ type: 'int64', shape: [] }],
  SplitToSequence: splitToSequence,
  ConcatFromSequence: joined,
  Optional: ({ inputs }) => [{ optional: inputs[0] ?? {} }],
  OptionalGetElement: ({ inputs }) => [inputs[0]?.optional ?? inputs[0] ?? {}],
  OptionalHasElement: () => [{ type: 'bool', shape: [] }],
  'ai.onnx.ml:ZipMap': () => [{ sequence: {} }],
  'ai.onnx.ml:DictVectorizer': () => [{ shape: [1, null] }],
};

/** An element's type is the sequence's; a shape only where both have it. */
const withElement = (sequence: Facts, element: Facts): Facts => ({
  type: sequence.type ?? element.type,
  shape: commonFacts(sequence, element).shape,
});

function splitToSequence(operands: Operands): readonly Facts[] {
  const { node, inputs } = operands;
  const [x] = inputs;
  const axis = x?.shape && positiveAxis(intAttribute(node, 'axis', 0), x.shape.length);
  if (!x?.shape || axis === undefined) return [{ sequence: { type: x?.type } }];
  const isScalar = inputs[1]?.shape?.length === 0;
  const split = node.input[1] ? constantOf(operands, 1) : undefined;
  const sequence = (shape: Shape) => [{ sequence: { type: x.type, shape } }];
  if (!node.input[1]) {
    const keep = intAttribute(node, 'keepdims', 1) === 1;
    return sequence(keep ? x.shape.with(axis, 1) : x.shape.toSpliced(axis, 1));
  }
  const [first] = split ?? [];
  const even = isScalar
    ? remainderFree(x.shape[axis], first)
    : split?.every((part) => part === first);
  return sequence(x.shape.with(axis, even && first !== undefined ? first : null));
}

const remainderFree = (size: unknown, part: number | undefined): boolean =>
  typeof size === 'number' && !!part && size % part === 0;

function joined({ node, inputs }: Operands): readonly Facts[] {
  const element = inputs[0]?.sequence;
  const isNew = intAttribute(node, 'new_axis', 0) === 1;
  const rank = element?.shape && element.shape.length + (isNew ? 1 : 0);
  const axis = rank === undefined ? undefined : positiveAxis(intAttribute(node, 'axis', 0), rank);
  if (!element?.shape || axis === undefined) return [{ type: element?.type }];
  const shape = isNew ? element.shape.toSpliced(axis, 0, null) : element.shape.with(axis, null);
  return [{ type: element.type, shape }];
}
