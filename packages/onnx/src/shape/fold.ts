/**
 * Arithmetic on small constants, as far as exporters use it to compute shapes. Everything is a
 * list of numbers in row-major order with a known shape.
 */
import { attribute, intAttribute, tensorAttribute } from '../graph/attribute.ts';
import { dataTypeName } from '../tensor/data-type.ts';
import { elementCount, isExternal, tensorValues } from '../tensor/values.ts';
import type { TensorProto } from '../wire/messages.ts';
import { constantLimit, countOf, isKnown, type Operands, type Shape } from './facts.ts';
import { shapeRange, sliceIndices, sliceRange } from './layout-rules.ts';

type Numbers = readonly number[];

/** The elements of a node's first output, where they follow from constants. */
export function foldConstant(operands: Operands, shape: Shape | undefined): Numbers | undefined {
  const { node, inputs } = operands;
  const op = node.opType ?? '';
  if (op === 'Shape') return foldShape(operands);
  if (op === 'Size') return whole(countOf(inputs[0]?.shape));
  const count = countOf(shape);
  if (count === undefined || count > constantLimit || !isKnown(shape)) return undefined;
  if (op === 'Constant') return constantNode(operands);
  if (op === 'ConstantOfShape') return filled(operands, count);
  if (Object.hasOwn(moves, op)) return moves[op]!(operands, shape);
  const binary = Object.hasOwn(binaries, op) ? binaries[op] : undefined;
  if (binary && inputs.length === 2)
    return zip(inputs, shape, (a, b) => binary(a!, b!, isInteger(operands)));
  if (op === 'Where') return zip(inputs.slice(0, 3), shape, (c, a, b) => (c ? a! : b!));
  const unary = Object.hasOwn(unaries, op) ? unaries[op] : undefined;
  return unary && inputs[0]?.constant?.map((value) => unary(value));
}

/** A stored tensor's elements, if it is small and numeric. */
export function smallConstant(tensor: TensorProto): Numbers | undefined {
  const type = dataTypeName(tensor.dataType);
  if (!type || !foldable.has(type) || isExternal(tensor) || elementCount(tensor) > constantLimit)
    return undefined;
  return Array.from(tensorValues(tensor) as ArrayLike<number | bigint>, Number);
}

const foldable = new Set([
  'float32',
  'float64',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
]);

const isInteger = ({ inputs }: Operands): boolean => !inputs[0]?.type?.startsWith('float');

const binaries: Readonly<Record<string, (a: number, b: number, integer: boolean) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b, integer) => (integer ? Math.trunc(a / b) : a / b),
  Mod: (a, b) => a - Math.floor(a / b) * b,
  Pow: (a, b) => a ** b,
  Max: (a, b) => Math.max(a, b),
  Min: (a, b) => Math.min(a, b),
  Equal: (a, b) => Number(a === b),
  Less: (a, b) => Number(a < b),
  LessOrEqual: (a, b) => Number(a <= b),
  Greater: (a, b) => Number(a > b),
  GreaterOrEqual: (a, b) => Number(a >= b),
  And: (a, b) => Number(a !== 0 && b !== 0),
  Or: (a, b) => Number(a !== 0 || b !== 0),
};

const unaries: Readonly<Record<string, (value: number) => number>> = {
  Abs: Math.abs,
  Ceil: Math.ceil,
  Floor: Math.floor,
  Neg: (value) => -value,
  Not: (value) => Number(value === 0),
  Sqrt: Math.sqrt,
};

const same = ({ inputs }: Operands): Numbers | undefined => inputs[0]?.constant;

const moves: Readonly<
  Record<string, (operands: Operands, shape: readonly number[]) => Numbers | undefined>
> = {
  Cast: castConstant,
  Identity: same,
  Reshape: same,
  Squeeze: same,
  Unsqueeze: same,
  Flatten: same,
  Concat: concatenated,
  Gather: gathered,
  Slice: sliced,
  Range: ({ inputs }, [count = 0]) => {
    const [start, delta] = [inputs[0]?.constant?.[0], inputs[2]?.constant?.[0]];
    if (start === undefined || delta === undefined) return undefined;
    return Array.from({ length: count }, (_, at) => start + at * delta);
  },
  Expand: ({ inputs }, shape) => zip([inputs[0]!], shape, (value) => value!),
  ReduceProd: reduced((a, b) => a * b, 1),
  ReduceSum: reduced((a, b) => a + b, 0),
  ReduceMax: reduced(Math.max, Number.NEGATIVE_INFINITY),
  ReduceMin: reduced(Math.min, Number.POSITIVE_INFINITY),
};

function foldShape({ node, inputs }: Operands): Numbers | undefined {
  const shape = inputs[0]?.shape;
  if (!shape) return undefined;
  const part = shape.slice(...shapeRange(node, shape.length));
  return isKnown(part) ? part : undefined;
}

const whole = (value: number | undefined): Numbers | undefined =>
  value === undefined ? undefined : [value];

function constantNode({ node }: Operands): Numbers | undefined {
  const tensor = tensorAttribute(node, 'value');
  if (tensor) return smallConstant(tensor);
  const float = attribute(node, 'value_float')?.f;
  const int = attribute(node, 'value_int')?.i;
  if (float !== undefined || int !== undefined) return [Number(float ?? int)];
  return attribute(node, 'value_ints')?.ints.map(Number) ?? attribute(node, 'value_floats')?.floats;
}

function filled({ node }: Operands, count: number): Numbers | undefined {
  const tensor = tensorAttribute(node, 'value');
  const value = tensor ? smallConstant(tensor)?.[0] : 0;
  return value === undefined ? undefined : new Array<number>(count).fill(value);
}

function castConstant({ node, inputs }: Operands): Numbers | undefined {
  const to = dataTypeName(intAttribute(node, 'to'));
  if (!to || !foldable.has(to)) return undefined;
  if (to === 'bool') return inputs[0]?.constant?.map((value) => Number(value !== 0));
  return to.startsWith('float') ? inputs[0]?.constant : inputs[0]?.constant?.map(Math.trunc);
}

function concatenated({ node, inputs }: Operands): Numbers | undefined {
  if (inputs.some(({ shape }) => shape?.length !== 1)) return undefined;
  const parts = node.input.map((_, at) => inputs[at]?.constant);
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

function gathered({ node, inputs }: Operands): Numbers | undefined {
  const [data, indices] = [inputs[0], inputs[1]?.constant];
  if (data?.shape?.length !== 1 || intAttribute(node, 'axis', 0) > 0 || !data.constant)
    return undefined;
  const { constant } = data;
  const picked = indices?.map((index) => constant[index < 0 ? index + constant.length : index]);
  return picked?.every((value) => value !== undefined) ? (picked as number[]) : undefined;
}

function sliced(operands: Operands): Numbers | undefined {
  const data = operands.inputs[0];
  if (data?.shape?.length !== 1 || !data.constant) return undefined;
  const { constant } = data;
  const [range] = sliceRange(operands, 1) ?? [];
  if (!range || range.step === 0) return undefined;
  const { first, step, count } = sliceIndices(constant.length, range.start, range.end, range.step);
  return Array.from({ length: count }, (_, at) => constant[first + at * step]!);
}

function reduced(combine: (a: number, b: number) => number, start: number) {
  return ({ inputs }: Operands, shape: readonly number[]): Numbers | undefined =>
    countOf(shape) === 1 && inputs[0]?.constant
      ? [inputs[0].constant.reduce((a, b) => combine(a, b), start)]
      : undefined;
}

/** Applies a function to broadcast operands, element by element. */
function zip(
  operands: readonly { shape?: Shape; constant?: Numbers }[],
  shape: readonly number[],
  apply: (...values: number[]) => number,
): Numbers | undefined {
  const readers = operands.map((operand) => broadcastReader(operand, shape));
  if (readers.some((reader) => reader === undefined)) return undefined;
  const count = countOf(shape) ?? 0;
  return Array.from({ length: count }, (_, at) => apply(...readers.map((read) => read!(at))));
}

/** Reads an operand at a position of the broadcast result. */
function broadcastReader(
  { shape, constant }: { shape?: Shape; constant?: Numbers },
  target: readonly number[],
): ((at: number) => number) | undefined {
  if (!constant || !isKnown(shape)) return undefined;
  if (constant.length === 1) return () => constant[0]!;
  const lead = target.length - shape.length;
  return (at) => {
    let rest = at;
    let index = 0;
    let stride = 1;
    for (let axis = target.length - 1; axis >= lead; axis--) {
      const size = shape[axis - lead]!;
      if (size > 1) index += (rest % target[axis]!) * stride;
      stride *= size;
      rest = Math.floor(rest / target[axis]!);
    }
    return constant[index]!;
  };
}
