/** The elements of small tensors, as far as they follow from constants and from sizes. */
import { attribute, intAttribute, tensorAttribute } from '../graph/attribute.ts';
import { type DataTypeName, dataTypeName } from '../tensor/data-type.ts';
import { elementCount, isExternal, tensorShape, tensorValues } from '../tensor/values.ts';
import type { TensorProto } from '../wire/messages.ts';
import { asType, binaries, isFollowed, isNegativeZero, unaries } from './arithmetic.ts';
import { addDims, type Dim, multiplyDims, productOf, sameDim } from './dimension.ts';
import { constantLimit, countOf, type Facts, isKnown, type Operands, type Shape } from './facts.ts';
import { broadcastElements, type Elements, moves } from './moves.ts';
import { shapeRange } from './reshape-rules.ts';

/**
 * The elements of one of a node's outputs. Those that are not known are `null`, sizes may be
 * expressions; numbers are exactly what the operator gives in its type,
 * but for stored integers beyond 2^53, which are infinities of their sign.
 */
export function elementsOf(
  operands: Operands,
  shape: Shape | undefined,
  type: DataTypeName | undefined,
  output: number,
): Elements | undefined {
  const { node, inputs } = operands;
  const op = node.opType ?? '';
  if (op === 'Shape') return dimensionsOf(operands);
  if (op === 'Size') return inputs[0]?.shape && known([productOf(inputs[0].shape)]);
  const count = countOf(shape);
  if (count === undefined || count > constantLimit || !isKnown(shape)) return undefined;
  if (Object.hasOwn(moves, op)) return known(moves[op]!(operands, shape, output));
  if (output > 0 || !type || !isFollowed(type)) return undefined;
  const elements = computed(operands, shape);
  return known(carriers.has(op) ? elements : elements?.map((value) => asType(value, type)));
}

/** What these give is what they were given, in its type. */
const carriers = new Set(['Constant', 'ConstantOfShape', 'Identity', 'Where']);

/** Nothing where nothing is known of any element. */
const known = (elements: Elements | undefined): Elements | undefined =>
  elements?.length === 0 || elements?.some((element) => element !== null) ? elements : undefined;

function computed(operands: Operands, shape: readonly number[]): Elements | undefined {
  const { node, inputs } = operands;
  const op = node.opType ?? '';
  const isInteger = !inputs[0]?.type?.startsWith('float');
  if (Object.hasOwn(makers, op)) return makers[op]!(operands, shape);
  if (Object.hasOwn(unaries, op))
    return inputs[0]?.elements?.map((value) => unaries[op]!(value, isInteger));
  if (!Object.hasOwn(binaries, op) || attribute(node, 'broadcast')) return undefined;
  // Stored elements are unpacked when they are asked for: not where another operand is open.
  if (inputs.some((facts) => !isStored(facts) && !facts.elements)) return undefined;
  const parts = node.input.map((_, at) => broadcastElements(inputs[at], shape));
  if (!parts.every((part) => part !== undefined)) return undefined;
  const combine = op === 'Mod' && intAttribute(node, 'fmod', 0) === 1 ? remainder : binaries[op]!;
  const [first, ...others] = parts;
  return first?.map((value, at) => others.reduce((a, b) => combine(a, b[at]!, isInteger), value));
}

const remainder = (a: Dim, b: Dim): Dim =>
  typeof a === 'number' && typeof b === 'number' ? a % b : null;

const makers: Readonly<
  Record<string, (operands: Operands, shape: readonly number[]) => Elements | undefined>
> = {
  Constant: ({ node }) => constantElements(node),
  ConstantOfShape: ({ node }, shape) => {
    const tensor = tensorAttribute(node, 'value');
    const value = tensor ? storedElements(tensor)?.[0] : 0;
    return value === undefined ? undefined : new Array<Dim>(countOf(shape) ?? 0).fill(value);
  },
  Cast: cast,
  CastLike: ({ inputs }) => convert(inputs[0]?.elements, inputs[0]?.type, inputs[1]?.type),
  Where: ({ inputs }, shape) => {
    const [c, a, b] = [0, 1, 2].map((at) => broadcastElements(inputs[at], shape));
    return a && b && a.map((value, at) => chosen(c?.[at] ?? null, value, b[at]!));
  },
  Range: ({ inputs }, [count = 0]) => {
    if (inputs[0]?.type?.startsWith('float')) return undefined;
    const [start, delta] = [inputs[0]?.elements?.[0] ?? null, inputs[2]?.elements?.[0] ?? null];
    return Array.from({ length: count }, (_, at) => addDims(start, multiplyDims(delta, at)));
  },
  ReduceProd: reduced(multiplyDims, 1),
  ReduceSum: reduced(addDims, 0),
  ReduceMax: reduced((a, b) => binaries.Max!(a, b, true), Number.NEGATIVE_INFINITY),
  ReduceMin: reduced((a, b) => binaries.Min!(a, b, true), Number.POSITIVE_INFINITY),
};

function chosen(condition: Dim, a: Dim, b: Dim): Dim {
  if (typeof condition === 'number') return condition !== 0 ? a : b;
  return sameDim(a, b) ? a : null;
}

function dimensionsOf({ node, inputs }: Operands): Elements | undefined {
  const shape = inputs[0]?.shape;
  return shape && known(shape.slice(...shapeRange(node, shape.length)));
}

function cast({ node, inputs }: Operands): Elements | undefined {
  return convert(inputs[0]?.elements, inputs[0]?.type, dataTypeName(intAttribute(node, 'to')));
}

function convert(
  elements: Elements | undefined,
  from: DataTypeName | undefined,
  to: DataTypeName | undefined,
): Elements | undefined {
  if (!elements || !to || !isFollowed(to)) return undefined;
  return elements.map((value) => {
    if (typeof value !== 'number') return to === 'bool' ? null : value;
    if (to === 'bool') return Number(value !== 0);
    // Of an integer beyond 2^53 only the sign is known.
    if (!from?.startsWith('float') && !Number.isSafeInteger(value)) return null;
    return to.startsWith('float') || !from?.startsWith('float') ? value : Math.trunc(value);
  });
}

/** All elements in one; of floats only a sum of two, since engines add in their own order. */
function reduced(combine: (a: Dim, b: Dim) => Dim, start: number) {
  return ({ inputs }: Operands, shape: readonly number[]): Elements | undefined => {
    const elements = inputs[0]?.elements;
    if (countOf(shape) !== 1 || !elements) return undefined;
    const isFloat = inputs[0]?.type?.startsWith('float');
    if (isFloat && (elements.length > 2 || elements.some(isNegativeZero))) return undefined;
    const [first = start, ...others] = elements;
    return [others.reduce(combine, first)];
  };
}

function constantElements(node: Operands['node']): Elements | undefined {
  const tensor = tensorAttribute(node, 'value');
  if (tensor) return storedElements(tensor);
  const float = attribute(node, 'value_float')?.f;
  const int = attribute(node, 'value_int')?.i;
  if (float !== undefined) return [float];
  if (int !== undefined) return [followed(int)];
  return (
    attribute(node, 'value_ints')?.ints.map(followed) ?? attribute(node, 'value_floats')?.floats
  );
}

/** Facts of a stored tensor, whose elements are unpacked when a rule first asks for them. */
export class StoredFacts implements Facts {
  readonly type: DataTypeName | undefined;
  readonly shape: Shape;
  readonly #tensor: TensorProto | undefined;
  #elements: Elements | undefined;
  #isRead = false;

  /** @param tensor without its elements where a caller may replace them */
  constructor(tensor: TensorProto, isReplaceable: boolean) {
    this.type = dataTypeName(tensor.dataType);
    this.shape = tensorShape(tensor);
    this.#tensor = isReplaceable ? undefined : tensor;
  }

  get elements(): Elements | undefined {
    if (!this.#isRead && this.#tensor) this.#elements = storedElements(this.#tensor);
    this.#isRead = true;
    return this.#elements;
  }
}

const isStored = (facts: Facts): boolean => facts instanceof StoredFacts;

/** Floats in greater numbers than these are weights, which compute no sizes. */
const floatLimit = 4096;

/** A stored tensor's elements, if it is small and numeric. */
export function storedElements(tensor: TensorProto): Elements | undefined {
  const type = dataTypeName(tensor.dataType);
  if (!isFollowed(type) || isExternal(tensor)) return undefined;
  if (elementCount(tensor) > (type!.startsWith('float') ? floatLimit : constantLimit))
    return undefined;
  const values = tensorValues(tensor) as ArrayLike<number | bigint>;
  return type!.endsWith('int64') ? Array.from(values, followed) : Array.from(values, Number);
}

/** A 64-bit integer; one that a number cannot hold exactly as an infinity of its sign. */
function followed(value: number | bigint): number {
  const rounded = Number(value);
  if (Number.isSafeInteger(rounded)) return rounded;
  return rounded > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}
