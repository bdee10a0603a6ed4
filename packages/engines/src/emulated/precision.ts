import { dataTypes, type Model, storedTensors, walkNodes } from '@selvedge/onnx';

/**
 * The precision of a model, read off its graph: what quantises while it runs is `int8-dynamic`,
 * what carries quantised values throughout `int8`; else the type that holds most weights.
 */
export function precisionOf(model: Model): string {
  const ops = new Set<string>();
  for (const { node } of walkNodes(model)) ops.add(node.opType ?? '');
  if (ops.has('DynamicQuantizeLinear') || ops.has('DynamicQuantizeLSTM')) return 'int8-dynamic';
  if (ops.has('QuantizeLinear') || ops.has('QLinearConv') || ops.has('QLinearMatMul'))
    return 'int8';
  let half = 0;
  let single = 0;
  for (const { dataType, dims } of storedTensors(model)) {
    const elements = dims.reduce<number>((count, size) => count * Number(size), 1);
    if (dataType === dataTypes.float16) half += elements;
    if (dataType === dataTypes.float32) single += elements;
  }
  return half > single ? 'fp16' : 'fp32';
}
