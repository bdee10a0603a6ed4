import { describe, expect, it } from 'vitest';
import { graphBuilder } from '../build/index.ts';
import { toFloat16 } from '../float16/index.ts';
import { quantizeDynamic, quantizeStatic, quantizeWeights4 } from '../quantize/index.ts';
import type { Model } from '../wire/index.ts';

const arrays = { float32: Float32Array, float64: Float64Array };

function product(type: keyof typeof arrays): Model {
  const g = graphBuilder('product', { opset: 17 });
  const weights = new arrays[type](4096).fill(0.5);
  const x = g.input('x', type, [1, 64]);
  g.output(g.node('MatMul', [x, g.constant('w', [64, 64], weights)], {}, 'y'), type);
  return g.build();
}

const conversions: readonly ((model: Model) => string | undefined)[] = [
  (model) => toFloat16(model).report.skipped,
  (model) => quantizeDynamic(model).report.skipped,
  (model) => quantizeStatic(model, new Map()).report.skipped,
  (model) => quantizeWeights4(model).report.skipped,
];

describe('a conversion that has nothing to do says what the model is already:', () => {
  it('float64', () => {
    for (const convert of conversions)
      expect(convert(product('float64'))).toMatch(/its weights are float64: export it in float32$/);
  });

  it('in half precision', () => {
    const { model } = toFloat16(product('float32'), { keepIo: false });
    for (const convert of conversions)
      expect(convert(model)).toMatch(/in half precision already: convert the float32 model$/);
  });

  it('quantised', () => {
    const { model } = quantizeDynamic(product('float32'));
    for (const convert of [toFloat16, quantizeDynamic, quantizeWeights4])
      expect(convert(model).report.skipped).toMatch(/: it is quantised already$/);
  });
});
