import { makeTensor } from '@selvedge/infer/engine';
import { graphBuilder } from '@selvedge/onnx';
import { describe, expect, it } from 'vitest';
import { trialSamples } from './trial-samples.ts';

/** A convolution over images of any size, 9 × 64 × 64 multiplications an element. */
function convolution() {
  const g = graphBuilder('convolution', { opset: 17 });
  const x = g.input('x', 'float32', ['batch', 64, 'height', 'width']);
  const w = g.constant('w', [64, 64, 3, 3], new Float32Array(64 * 64 * 9).fill(0.1));
  g.output(g.node('Conv', [x, w], { pads: [1, 1, 1, 1] }, 'y'), 'float32');
  return g.build();
}

const image = (side: number) => ({
  x: makeTensor('float32', [1, 64, side, side], new Float32Array(64 * side * side)),
});

describe('the samples of a trial', () => {
  it('are as many as help where a run costs little', () => {
    expect(trialSamples(convolution(), image(8))).toEqual({ noise: 32, judge: 2000 });
  });

  it('are fewer where a run costs more, by what is counted at the sizes of the samples', () => {
    const { noise, judge } = trialSamples(convolution(), image(128));
    expect(noise).toBe(Math.floor(10e9 / (9 * 64 * 64 * 128 * 128)));
    expect(judge).toBe(Math.floor(200e9 / (9 * 64 * 64 * 128 * 128)));
  });

  it('are never too few to tell anything', () => {
    expect(trialSamples(convolution(), image(512))).toEqual({ noise: 4, judge: 128 });
  });
});
