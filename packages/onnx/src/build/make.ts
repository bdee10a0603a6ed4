import { fail } from '@selvedge/core/errors';
import type { ElementType } from '@selvedge/core/schema';
import { byteLength, type DataTypeName, dataTypes } from '../tensor/data-type.ts';
import { make } from '../wire/message.ts';
import type {
  AttributeProto,
  GraphProto,
  Int64,
  NodeProto,
  TensorProto,
  ValueInfoProto,
} from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';

/** AttributeProto.AttributeType by name. */
export const attributeTypes = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
  sparseTensor: 11,
  sparseTensors: 12,
  typeProto: 13,
  typeProtos: 14,
} as const;

/** A number that is a float attribute even where it is whole: `{ alpha: float(1) }`. */
export interface FloatAttribute {
  readonly float: number;
}

/**
 * What an attribute may be made from. Whole numbers become INT or INTS, others FLOAT or FLOATS;
 * say {@link float} for a whole float.
 */
export type AttributeValue =
  | Int64
  | FloatAttribute
  | string
  | readonly Int64[]
  | readonly FloatAttribute[]
  | readonly string[]
  | { readonly tensor: TensorProto }
  | { readonly graph: GraphProto };

export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** A free dimension is its name, or `null`. */
export type Shape = readonly (number | string | null)[];

export type TensorSource =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | readonly string[];

export const float = (value: number): FloatAttribute => ({ float: value });

/** A node. Empty input or output names stand for optional ones that are left out. */
export function makeNode(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Attributes = {},
  more: { name?: string; domain?: string } = {},
): NodeProto {
  const attribute = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => makeAttribute(name, value!));
  return make('NodeProto', { opType, input, output, attribute, ...more });
}

export function makeAttribute(name: string, value: AttributeValue): AttributeProto {
  const of = (type: keyof typeof attributeTypes, fields: Partial<AttributeProto>) =>
    make('AttributeProto', { name, type: attributeTypes[type], ...fields });
  if (typeof value === 'string') return of('string', { s: new TextEncoder().encode(value) });
  if (isFloat(value)) return of('float', { f: Math.fround(floatOf(value)) });
  if (typeof value === 'number' || typeof value === 'bigint') return of('int', { i: value });
  if (Array.isArray(value)) {
    const list = value as readonly (Int64 | FloatAttribute | string)[];
    if (list.some((item) => typeof item === 'string')) {
      return of('strings', { strings: list.map((item) => new TextEncoder().encode(String(item))) });
    }
    if (list.some(isFloat))
      return of('floats', { floats: list.map((item) => Math.fround(floatOf(item))) });
    return of('ints', { ints: list as readonly Int64[] });
  }
  if ('tensor' in (value as object))
    return of('tensor', { t: (value as { tensor: TensorProto }).tensor });
  return of('graph', { g: (value as { graph: GraphProto }).graph });
}

/**
 * A tensor with its elements in `raw_data`, little-endian. The type follows the array; `type` says
 * it where the array cannot (`float16` and `bfloat16` as bits in a Uint16Array, `bool` in a
 * Uint8Array, packed types in a Uint8Array).
 *
 * @throws SelvedgeError `usage` where the number of elements is not the product of `dims`.
 */
export function makeTensor(
  name: string,
  dims: readonly number[],
  data: TensorSource,
  type: DataTypeName = typeOf(data),
): TensorProto {
  const count = dims.reduce((product, dim) => product * dim, 1);
  const head = { name, dims, dataType: dataTypes[type] };
  const found = isStrings(data) ? data.length : data.byteLength;
  if (found !== (isStrings(data) ? count : byteLength(type, count))) {
    fail('usage', `tensor ${name}: ${data.length} elements do not fill [${dims}] of ${type}`, {
      hint: 'give as many elements as the product of the dimensions',
    });
  }
  if (isStrings(data)) {
    return make('TensorProto', {
      ...head,
      stringData: data.map((text) => new TextEncoder().encode(text)),
    });
  }
  return make('TensorProto', {
    ...head,
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  });
}

/** A graph's input, output or intermediate value of a tensor type. */
export function makeValueInfo(name: string, type: ElementType, shape?: Shape): ValueInfoProto {
  const dim = shape?.map((size) =>
    make(
      'DimensionProto',
      typeof size === 'number' ? { dimValue: size } : size === null ? {} : { dimParam: size },
    ),
  );
  const tensorType = make('TensorTypeProto', {
    elemType: dataTypes[type],
    ...(dim && { shape: make('TensorShapeProto', { dim }) }),
  });
  return make('ValueInfoProto', { name, type: make('TypeProto', { tensorType }) });
}

/** A model around a graph. `opset` is the version of the default domain. */
export function makeModel(
  graph: GraphProto,
  options: {
    opset?: number;
    irVersion?: number;
    producerName?: string;
    domains?: Readonly<Record<string, number>>;
  } = {},
): Model {
  const { opset = 21, irVersion = 10, producerName = 'selvedge', domains = {} } = options;
  const imports = Object.entries({ '': opset, ...domains });
  return make('ModelProto', {
    irVersion,
    producerName,
    graph,
    opsetImport: imports.map(([domain, version]) =>
      make('OperatorSetIdProto', { domain, version }),
    ),
  }) as Model;
}

function isFloat(value: unknown): value is number | FloatAttribute {
  if (typeof value === 'number') return !Number.isInteger(value);
  return typeof value === 'object' && value !== null && 'float' in value;
}

const floatOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? (value as FloatAttribute).float : Number(value);

const isStrings = (data: TensorSource): data is readonly string[] => Array.isArray(data);

function typeOf(data: TensorSource): DataTypeName {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Uint8Array) return 'uint8';
  if (data instanceof Int16Array) return 'int16';
  if (data instanceof Uint16Array) return 'uint16';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Uint32Array) return 'uint32';
  if (data instanceof BigInt64Array) return 'int64';
  return data instanceof BigUint64Array ? 'uint64' : 'string';
}
