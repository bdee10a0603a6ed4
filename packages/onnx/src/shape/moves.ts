/** Where the elements of a small tensor go: operators that move elements and compute none. */
import { intAttribute, intsAttribute } from '../graph/attribute.ts';
import type { Dim } from './dimension.ts';
import {
  constantOf,
  isKnown,
  numbersOf,
  type Operands,
  positiveAxis,
  type Shape,
} from './facts.ts';
import { sliceIndices, sliceRange } from './selection-rules.ts';

export type Elements = readonly Dim[];

/** Reads one element of an input by its place along each axis. */
type Reader = (place: readonly number[]) => Dim;

/** Elements of one output, by its known shape; `undefined` where something needed is not known. */
export type Move = (
  operands: Operands,
  shape: readonly number[],
  output: number,
) => Elements | undefined;

const same: Move = ({ inputs }) => inputs[0]?.elements;

export const moves: Readonly<Record<string, Move>> = {
  Reshape: same,
  Squeeze: same,
  Unsqueeze: same,
  Flatten: same,
  Transpose: ({ node, inputs }, shape) => {
    const read = readerOf(inputs[0]);
    const order = intsAttribute(node, 'perm') ?? shape.map((_, at) => shape.length - 1 - at);
    return (
      read && everyPlace(shape, (place) => read(order.map((_, at) => place[order.indexOf(at)]!)))
    );
  },
  Concat: concatenated,
  Split: splitOff,
  Gather: gathered,
  Slice: sliced,
  Expand: ({ inputs }, shape) => broadcastElements(inputs[0], shape),
  Tile: ({ inputs }, shape) => {
    const read = readerOf(inputs[0]);
    const sizes = numbersOf(inputs[0]?.shape);
    return (
      read &&
      sizes &&
      everyPlace(shape, (place) => read(place.map((at, axis) => at % sizes[axis]!)))
    );
  },
};

/** Every element of a shape, row-major. */
export function everyPlace(shape: readonly number[], of: Reader): Dim[] {
  const count = shape.reduce((product, size) => product * size, 1);
  const place = shape.map(() => 0);
  return Array.from({ length: count }, (_, at) => {
    if (at > 0) {
      let axis = shape.length - 1;
      while (axis >= 0 && ++place[axis]! === shape[axis]) place[axis--] = 0;
    }
    return of(place);
  });
}

type Value =
  | { readonly shape?: Shape | undefined; readonly elements?: Elements | undefined }
  | undefined;

export function readerOf(value: Value): Reader | undefined {
  const elements = value?.elements;
  if (!elements || !isKnown(value.shape)) return undefined;
  const { shape } = value;
  return (place) => {
    let index = 0;
    for (const [axis, size] of shape.entries()) index = index * size + place[axis]!;
    return elements[index] ?? null;
  };
}

/** The elements of an operand that is broadcast to a shape. */
export function broadcastElements(value: Value, target: readonly number[]): Elements | undefined {
  const read = readerOf(value);
  if (!read || !isKnown(value?.shape)) return undefined;
  const { shape } = value as { shape: readonly number[] };
  const lead = target.length - shape.length;
  return everyPlace(target, (place) =>
    read(shape.map((size, axis) => (size === 1 ? 0 : place[axis + lead]!))),
  );
}

function concatenated({ node, inputs }: Operands, shape: readonly number[]): Elements | undefined {
  const axis = positiveAxis(intAttribute(node, 'axis', 0), shape.length);
  const parts = node.input.map((_, at) => ({
    read: readerOf(inputs[at]) ?? (() => null),
    size: inputs[at]?.shape?.[axis ?? 0],
  }));
  if (axis === undefined || parts.some(({ size }) => typeof size !== 'number')) return undefined;
  return everyPlace(shape, (place) => {
    let rest = place[axis]!;
    for (const { read, size } of parts) {
      if (rest < (size as number)) return read(place.with(axis, rest));
      rest -= size as number;
    }
    return null;
  });
}

function splitOff(
  operands: Operands,
  shape: readonly number[],
  output: number,
): Elements | undefined {
  const { node, inputs } = operands;
  const read = readerOf(inputs[0]);
  const axis = positiveAxis(intAttribute(node, 'axis', 0), shape.length);
  const size = axis === undefined ? null : (inputs[0]?.shape?.[axis] ?? null);
  if (!read || axis === undefined || typeof size !== 'number') return undefined;
  const even = Math.ceil(size / node.output.length);
  const parts =
    intsAttribute(node, 'split') ?? (node.input[1] ? constantOf(operands, 1) : undefined);
  if (node.input[1] && !parts) return undefined;
  const before = parts ? parts.slice(0, output).reduce((a, b) => a + b, 0) : even * output;
  return everyPlace(shape, (place) => read(place.with(axis, place[axis]! + before)));
}

function gathered(operands: Operands, shape: readonly number[]): Elements | undefined {
  const { node, inputs } = operands;
  const read = readerOf(inputs[0]);
  const indices = constantOf(operands, 1);
  const sizes = numbersOf(inputs[0]?.shape);
  const picked = numbersOf(inputs[1]?.shape);
  const axis = sizes && positiveAxis(intAttribute(node, 'axis', 0), sizes.length);
  if (!read || !indices || !picked || axis === undefined) return undefined;
  const index = readerOf({ shape: picked, elements: indices })!;
  const length = sizes![axis]!;
  return everyPlace(shape, (place) => {
    const at = index(place.slice(axis, axis + picked.length)) as number;
    const from = at < 0 ? at + length : at;
    if (!(from >= 0 && from < length)) return null;
    return read([...place.slice(0, axis), from, ...place.slice(axis + picked.length)]);
  });
}

function sliced(operands: Operands, shape: readonly number[]): Elements | undefined {
  const sizes = numbersOf(operands.inputs[0]?.shape);
  const read = readerOf(operands.inputs[0]);
  const ranges = sizes && sliceRange(operands, sizes.length);
  if (!read || !ranges) return undefined;
  const from = shape.map(() => ({ first: 0, step: 1 }));
  for (const { axis, start, end, step } of ranges) {
    if (typeof start !== 'number' || typeof end !== 'number' || step === 0) return undefined;
    if (sizes[axis] === undefined) return undefined;
    from[axis] = sliceIndices(sizes[axis], start, end, step);
  }
  return everyPlace(shape, (place) =>
    read(place.map((at, axis) => from[axis]!.first + at * from[axis]!.step)),
  );
}
