import { storedTensors, walkNodes } from '../graph/walk.ts';
import { dataTypes } from '../tensor/data-type.ts';
import { elementCount } from '../tensor/values.ts';
import type { Model } from '../wire/model.ts';

/**
 * What a model is already that leaves a conversion nothing to do, in words for whoever asked for it;
 * `undefined` where it is float32 as most are.
 */
export function sourceForm(model: Model): string | undefined {
  for (const { node } of walkNodes(model))
    if (quantized.test(node.opType ?? '')) return 'it is quantised already';
  const counts = new Map<number, number>();
  for (const tensor of storedTensors(model)) {
    const type = tensor.dataType ?? 0;
    counts.set(type, (counts.get(type) ?? 0) + elementCount(tensor));
  }
  const of = (type: number): number => counts.get(type) ?? 0;
  const single = of(dataTypes.float32);
  const half = of(dataTypes.float16) + of(dataTypes.bfloat16);
  if (half > single) return 'its weights are in half precision already: convert the float32 model';
  if (of(dataTypes.float64) > single) return 'its weights are float64: export it in float32';
  return undefined;
}

const quantized = /^(DequantizeLinear|QLinear.*|(MatMul|Conv)Integer|MatMulNBits|QAttention)$/;
