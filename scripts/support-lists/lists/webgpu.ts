import type { DataTypeName } from '@selvedge/onnx';
import { webgpu as conditions } from '../conditions/webgpu.ts';
import { readKernelMacros } from '../parsers/kernel-macros.ts';
import { textsOf } from '../read-source.ts';
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

/** ONNX Runtime's WebGPU provider, native and in ONNX Runtime Web. */
export function webgpu({ sources, schemasOf }: Material): Made {
  const files = new Map(sources.flatMap((source) => [...textsOf(source)]));
  const found = readKernelMacros(files, 'WebGpu', webgpuTypes, schemasOf);
  return {
    provider: 'webgpu',
    // The sources are 1.29's; what was measured on 1.30 corrects them.
    version: '1.29+1.30',
    about: "ONNX Runtime's WebGPU provider",
    types: 'values',
    subgraphs: 'inside',
    always: [],
    unlisted: 'unsupported',
    rules: found.map((rule) => withConditions(rule, conditions[rule.op] ?? [])),
  };
}
