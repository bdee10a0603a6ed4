import { inspectModel, type Model } from '@selvedge/onnx';

/**
 * The precision that a model is in, by what it stores and computes with: `int8` where values are
 * quantised, `int4` where weights are blocks of four bits, else the type of most of its parameters.
 */
export function storedPrecision(model: Model): 'fp32' | 'fp16' | 'int8' | 'int8-dynamic' | 'int4' {
  const { ops, parametersOf } = inspectModel(model);
  const has = (...names: string[]) => names.some((name) => Object.hasOwn(ops, name));
  if (has('com.microsoft:MatMulNBits') || 'int4' in parametersOf || 'uint4' in parametersOf)
    return 'int4';
  if (has('DynamicQuantizeLinear', 'com.microsoft:DynamicQuantizeMatMul')) return 'int8-dynamic';
  if (has('QuantizeLinear', 'QLinearConv', 'QLinearMatMul')) return 'int8';
  return (parametersOf.float16 ?? 0) > (parametersOf.float32 ?? 0) ? 'fp16' : 'fp32';
}
