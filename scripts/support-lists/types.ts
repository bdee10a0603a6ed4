import { type DataTypeName, dataTypes } from '@selvedge/onnx';

/** Element types by the names that ONNX, ONNX Runtime and others write. */
const names: Readonly<Record<string, DataTypeName>> = {
  float: 'float32',
  double: 'float64',
  MLFloat16: 'float16',
  BFloat16: 'bfloat16',
  int4x2: 'int4',
  fp32: 'float32',
  fp16: 'float16',
  bf16: 'bfloat16',
  float4e2m1: 'float4e2m1',
};

/** A type by any of its names; undefined where it is none of ONNX's element types. */
export function typeNamed(word: string): DataTypeName | undefined {
  const plain = word
    .trim()
    .replace(/_t$/, '')
    .replace(/^std::/, '');
  const known = names[plain] ?? names[plain.toLowerCase()] ?? plain.toLowerCase();
  return Object.hasOwn(dataTypes, known) ? (known as DataTypeName) : undefined;
}

/** Types in one order, once each. */
export const sortTypes = (types: Iterable<DataTypeName>): DataTypeName[] =>
  [...new Set(types)].sort((a, b) => dataTypes[a] - dataTypes[b]);
