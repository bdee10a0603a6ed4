import type { DataTypeName } from '@selvedge/onnx';
import { webgpu as conditions } from '../conditions/webgpu.ts';
import { readKernelMacros } from '../parsers/kernel-macros.ts';
import { sortTypes } from '../types.ts';
import { type Made, type Material, withConditions } from './material.ts';

const webgpuTypes: Readonly<Record<string, readonly DataTypeName[] | null>> = {
  WebGpuSupportedNumberTypes: sortTypes(['float32', 'float16', 'int32', 'uint32']),
  WebGpuSupportedFloatTypes: sortTypes(['float32', 'float16']),
  WebGpuSupportedNumberAndBoolTypes: sortTypes(['float32', 'float16', 'int32', 'uint32', 'bool']),
  // `enable_int64` is an option of the provider that is off unless it captures graphs.
  'GetOpTypeConstraints(enable_int64, true)': sortTypes([
    'float32',
    'float16',
    'int32',
    'uint32',
    'bool',
  ]),
  'GetOpTypeConstraints(enable_int64, false)': sortTypes(['float32', 'float16', 'int32', 'uint32']),
  'GetOpTypeConstraints(enable_int64)': sortTypes(['float32', 'float16', 'int32', 'uint32']),
  'GetOpTypeConstraints(true, true)': sortTypes([
    'float32',
    'float16',
    'int32',
    'uint32',
    'int64',
    'bool',
  ]),
};

/** `OutputMemoryType(OrtMemTypeCPU…)` and `InputMemoryType(OrtMemTypeCPU…)` of the kernels. */
const host: Made['host'] = {
  makes: ['Shape'],
  reads: {
    Clip: [1, 2],
    CumSum: [1],
    Expand: [1],
    If: [0],
    Pad: [1, 2, 3],
    Range: [0, 1, 2],
    ...Object.fromEntries(
      'L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare'
        .split(' ')
        .map((name) => [`Reduce${name}`, [1]]),
    ),
    Reshape: [1],
    Resize: [1, 2, 3],
    Slice: [1, 2, 3, 4],
    Split: [1],
    Squeeze: [1],
    Tile: [1],
    TopK: [1],
    Unsqueeze: [1],
  },
};

/** ONNX Runtime's WebGPU provider, native and in ONNX Runtime Web. */
export function webgpu({ sources, schemasOf }: Material): Made {
  const files = new Map(sources.flatMap((source) => [...source.files]));
  const found = readKernelMacros(files, 'WebGpu', webgpuTypes, schemasOf);
  return {
    provider: 'webgpu',
    version: '1.29',
    about: "ONNX Runtime's WebGPU provider",
    types: 'values',
    subgraphs: 'inside',
    host,
    always: [],
    unlisted: 'unsupported',
    rules: found.map((rule) => withConditions(rule, conditions[rule.op] ?? [])),
  };
}
