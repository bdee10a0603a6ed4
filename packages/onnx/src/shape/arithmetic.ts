/** Arithmetic on the elements of small tensors, as far as exporters use it to compute sizes. */
import type { DataTypeName } from '../tensor/data-type.ts';
import {
  addDims,
  atLeast,
  type Dim,
  divideExactly,
  floorDivide,
  isExpression,
  multiplyDims,
  notNegative,
  opaque,
  sameDim,
  subtractDims,
} from './dimension.ts';

export type Binary = (a: Dim, b: Dim, isInteger: boolean) => Dim;
export type Unary = (value: Dim, isInteger: boolean) => Dim;

/** An integer beyond 2^53, of which only the sign is kept: an end of a slice that means "to the end". */
const isFar = (value: Dim): boolean => value === Infinity || value === -Infinity;

/** Of a zero's sign ONNX says nothing, and engines differ: the result is not known. */
export const isNegativeZero = (value: Dim): boolean => Object.is(value, -0);
const areZeros = (a: number, b: number): boolean => a === 0 && b === 0 && !Object.is(a, b);

/** Both numbers: compute; else what holds whatever the symbols are. */
const binary =
  (numbers: (a: number, b: number, isInteger: boolean) => number, symbols?: Binary): Binary =>
  (a, b, isInteger) => {
    if (typeof a === 'number' && typeof b === 'number') return numbers(a, b, isInteger);
    return a === null || b === null ? null : (symbols?.(a, b, isInteger) ?? null);
  };

const divide = (a: number, b: number, isInteger: boolean): number =>
  isInteger ? (b === 0 ? Number.NaN : Math.trunc(a / b)) : a / b;

function divideSymbols(a: Dim, b: Dim, isInteger: boolean): Dim {
  if (isFar(a) || isFar(b)) return null;
  const exact = divideExactly(a, b);
  return exact ?? (isInteger && (atLeast(a) ?? -1) >= 0 ? floorDivide(a, b) : null);
}

/** The larger or the smaller, where it is known which one that is. */
const pick =
  (name: 'max' | 'min'): Binary =>
  (a, b) => {
    if (sameDim(a, b)) return a;
    const [symbol, number] = isExpression(a) ? [a, b] : [b as Dim, a];
    if (typeof number === 'number' && (atLeast(symbol) ?? -Infinity) >= number)
      return name === 'max' ? symbol : number;
    if (isFar(number)) return null;
    return opaque(
      name,
      ...[a, b].map((dim) => (isExpression(dim) ? dim.text : String(dim))).sort(),
    );
  };

/** Comparisons that hold for every size: equal texts, and a size above its least. */
function compare(a: Dim, b: Dim): 'same' | 'above' | 'below' | undefined {
  if (sameDim(a, b)) return 'same';
  if (typeof b === 'number' && (atLeast(a) ?? -Infinity) > b) return 'above';
  return typeof a === 'number' && (atLeast(b) ?? -Infinity) > a ? 'below' : undefined;
}

const comparison = (
  numbers: (a: number, b: number) => boolean,
  ...holds: readonly string[]
): Binary =>
  binary(
    // Two integers that are too large to be followed may be any.
    (a, b, isInteger) => (isInteger && a === b && isFar(a) ? Number.NaN : Number(numbers(a, b))),
    (a, b) => {
      const found = compare(a, b);
      return found === undefined ? null : Number(holds.includes(found));
    },
  );

/** Mod-13 with `fmod` 0: the sign of the divisor. */
const floorMod = (a: number, b: number): number => a - Math.floor(a / b) * b;

export const binaries: Readonly<Record<string, Binary>> = {
  Add: binary((a, b) => a + b, addDims),
  Sub: binary((a, b) => a - b, subtractDims),
  Mul: binary((a, b) => a * b, multiplyDims),
  Div: binary(divide, divideSymbols),
  Mod: binary(floorMod),
  // Of floats only squares: engines take other powers in their own way.
  Pow: binary((a, b, isInteger) => (isInteger || b === 2 ? a ** b : Number.NaN)),
  Max: binary((a, b) => (areZeros(a, b) ? Number.NaN : Math.max(a, b)), pick('max')),
  Min: binary((a, b) => (areZeros(a, b) ? Number.NaN : Math.min(a, b)), pick('min')),
  Equal: comparison((a, b) => a === b, 'same'),
  Less: comparison((a, b) => a < b, 'below'),
  LessOrEqual: comparison((a, b) => a <= b, 'below', 'same'),
  Greater: comparison((a, b) => a > b, 'above'),
  GreaterOrEqual: comparison((a, b) => a >= b, 'above', 'same'),
  And: (a, b) => (a === 0 || b === 0 ? 0 : a === null || b === null ? null : 1),
  Or: (a, b) => (isTrue(a) || isTrue(b) ? 1 : a === null || b === null ? null : 0),
  Xor: binary((a, b) => Number(a !== b)),
};

const isTrue = (value: Dim): boolean => typeof value === 'number' && value !== 0;

const unary =
  (numbers: (value: number) => number, symbols?: Unary): Unary =>
  (value, isInteger) =>
    typeof value === 'number' ? numbers(value) : value && (symbols?.(value, isInteger) ?? null);

const whole: Unary = (value) => value;

export const unaries: Readonly<Record<string, Unary>> = {
  Abs: unary(Math.abs, (value) => ((atLeast(value) ?? -1) >= 0 ? value : null)),
  Ceil: unary(Math.ceil, whole),
  Floor: unary(Math.floor, whole),
  Identity: whole,
  Neg: unary(
    (value) => -value,
    (value) => multiplyDims(value, -1),
  ),
  Not: unary((value) => Number(value === 0)),
  Relu: unary(
    (value) => (isNegativeZero(value) ? Number.NaN : Math.max(0, value)),
    (value) => notNegative(value),
  ),
  Sqrt: unary(Math.sqrt),
  Sign: unary((value) => (isNegativeZero(value) ? Number.NaN : Math.sign(value))),
};

const asFloat = (value: number, type: DataTypeName): number =>
  type === 'float32' ? Math.fround(value) : value;

/** The whole numbers of a type that JavaScript's numbers hold exactly. */
const ranges: Partial<Record<DataTypeName, readonly [least: number, most: number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint64: [0, Number.MAX_SAFE_INTEGER],
  bool: [0, 1],
};

/** Types whose arithmetic JavaScript's numbers can do exactly. */
export const isFollowed = (type: DataTypeName | undefined): boolean =>
  type === 'float32' || type === 'float64' || (type !== undefined && ranges[type] !== undefined);

/** An element as its type holds it; `null` where it would wrap around, is beyond 2^53 or is none. */
export function asType(value: Dim, type: DataTypeName): Dim {
  if (typeof value !== 'number') return value;
  if (type.startsWith('float')) return Number.isNaN(value) ? null : asFloat(value, type);
  const range = ranges[type];
  if (!range) return value;
  // Integers have one zero.
  return Number.isInteger(value) && value >= range[0] && value <= range[1] ? value + 0 : null;
}
