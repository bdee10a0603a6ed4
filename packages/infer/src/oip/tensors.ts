import { type ErrorCode, fail, isSelvedgeError } from '@selvedge/core/errors';
import {
  elementCount,
  layoutOf,
  type Tensor,
  type Tensors,
  tensorBytes,
  tensorFromBytes,
} from '../engine/index.ts';
import { datatypeHint, fromDatatype, toDatatype } from './datatypes.ts';
import { DataFault, fromJsonData, toJsonData } from './json-data.ts';

/** A parameter's value, as the protocol allows them. */
export type OipParameters = Readonly<Record<string, string | number | boolean>>;

/** A message's JSON, and the bytes that follow it under the binary data extension. */
export interface OipBody {
  readonly json: Readonly<Record<string, unknown>>;
  /** Empty without the extension. */
  readonly binary: readonly Uint8Array[];
}

/** Tensors as the protocol's list, in the order given; `binary` puts their bytes aside. */
export function encodeTensors(
  tensors: Tensors,
  binary: boolean,
): { list: unknown[]; binary: Uint8Array[] } {
  const blobs: Uint8Array[] = [];
  const list = Object.entries(tensors).map(([name, tensor]) => {
    const head = { name, datatype: toDatatype(tensor.type), shape: tensor.shape };
    if (!binary) return { ...head, data: toJsonData(tensor) };
    const bytes = tensorBytes(tensor);
    blobs.push(bytes);
    return { ...head, parameters: { binary_data_size: bytes.byteLength } };
  });
  return { list, binary: blobs };
}

/** Whose message is read, for errors: a request's faults are the caller's, a response's the peer's. */
export type Side = { readonly code: ErrorCode; readonly what: 'input' | 'output' };

/**
 * The inverse of {@link encodeTensors}. `tail` holds the bytes behind the JSON, in list order.
 *
 * @throws SelvedgeError with the side's code, naming the tensor.
 */
export function decodeTensors(list: unknown, tail: Uint8Array, side: Side): Tensors {
  if (!Array.isArray(list)) fail(side.code, `"${side.what}s" is not a list`);
  const tensors = new Map<string, Tensor>();
  let at = 0;
  for (const [index, item] of list.entries()) {
    const { name } = asObject(item, `${side.what} ${index}`, side.code);
    if (typeof name !== 'string') fail(side.code, `${side.what} ${index} has no name`);
    if (tensors.has(name)) fail(side.code, `${side.what} "${name}" is given twice`);
    const refuse: Refuse = (why) =>
      fail(side.code, `${side.what} "${name}": ${why}`, { details: { [side.what]: name } });
    const size = binarySize(item, refuse);
    tensors.set(name, decodeTensor(item, tail.subarray(at, at + size), refuse));
    at += size;
  }
  if (at !== tail.byteLength) {
    fail(side.code, `${tail.byteLength} bytes follow the JSON where its tensors name ${at}`);
  }
  return Object.fromEntries(tensors);
}

type Refuse = (why: string) => never;
type Item = Readonly<Record<string, unknown>>;

function decodeTensor(item: Item, bytes: Uint8Array, refuse: Refuse): Tensor {
  const { datatype, shape, data } = item;
  const type = fromDatatype(datatype);
  if (!type) {
    const hint = datatypeHint(datatype);
    return refuse(`datatype ${JSON.stringify(datatype)} is not one of the protocol: ${hint}`);
  }
  if (!isShape(shape)) return refuse('shape is not a list of sizes');
  const isBinary = binarySize(item, refuse) > 0 || data === undefined;
  if (isBinary && data !== undefined) return refuse('has data and binary_data_size');
  try {
    if (!isBinary) return { type, shape, data: fromJsonData(type, shape, data) };
    if (layoutOf(type) && elementCount(shape) > 0 && bytes.byteLength === 0) {
      return refuse('has no data');
    }
    return tensorFromBytes(type, shape, bytes);
  } catch (caught) {
    if (caught instanceof DataFault || isSelvedgeError(caught)) {
      return refuse(caught.message.replace(/^(?:in|out)put "[^"]*": /, ''));
    }
    throw caught;
  }
}

/** The extension's `binary_data_size`; 0 for a tensor without it. */
function binarySize(item: Item, refuse: Refuse): number {
  const size = (item.parameters as Item | undefined)?.binary_data_size;
  if (size === undefined) return 0;
  if (!Number.isSafeInteger(size) || (size as number) < 0) refuse('binary_data_size is no size');
  return size as number;
}

function isShape(shape: unknown): shape is number[] {
  return (
    Array.isArray(shape) &&
    shape.every((size) => Number.isSafeInteger(size) && size >= 0) &&
    Number.isSafeInteger(elementCount(shape))
  );
}

/** @throws SelvedgeError when the value is no JSON object. */
export function asObject(value: unknown, name: string, code: ErrorCode): Item {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Item;
  return fail(code, `${name} is not a JSON object`);
}

/** @throws SelvedgeError when they are not scalars by name. */
export function decodeParameters(value: unknown, code: ErrorCode): OipParameters {
  if (value === undefined) return {};
  const parameters = asObject(value, '"parameters"', code);
  for (const [name, one] of Object.entries(parameters)) {
    if (!['string', 'number', 'boolean'].includes(typeof one)) {
      fail(code, `parameter "${name}" is neither text, number nor boolean`);
    }
  }
  return parameters as OipParameters;
}
