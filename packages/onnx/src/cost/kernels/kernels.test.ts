import { describe, expect, it } from 'vitest';
import { type GraphBuilder, graphBuilder } from '../../build/index.ts';
import { countModel } from '../count.ts';

const zeros = (...dims: number[]) => new Float32Array(dims.reduce((a, b) => a * b, 1));
const counted = (sketch: (g: GraphBuilder) => string) => {
  const g = graphBuilder('sketch');
  g.output(sketch(g), 'float32');
  return countModel(g.build());
};
const conv = (g: GraphBuilder, x: string, dims: number[], attributes: object = {}) =>
  g.node('Conv', [x, g.constant(`w${Math.random()}`, dims, zeros(...dims))], {
    kernel_shape: dims.slice(2),
    ...attributes,
  });
const image = (g: GraphBuilder, channels = 32, size = 16) =>
  g.input('x', 'float32', [1, channels, size, size]);

describe('the kernels of a graph', () => {
  it.each([
    ['conv', [64, 32, 3, 3], { pads: [1, 1, 1, 1] }],
    ['pointwise', [64, 32, 1, 1], {}],
    ['depthwise', [32, 1, 3, 3], { group: 32, pads: [1, 1, 1, 1] }],
    ['grouped', [32, 8, 3, 3], { group: 4, pads: [1, 1, 1, 1] }],
  ] as const)('tell %s from other convolutions', (kernel, dims, attributes) => {
    const { kernels, workload } = counted((g) => conv(g, image(g), [...dims], attributes));
    expect(kernels.map((one) => one?.kernel)).toEqual([kernel]);
    expect(workload.kernels).toEqual({ [kernel]: kernels[0]!.work });
  });

  it('tell a convolution of three dimensions, which some compilers run a hundred times slower', () => {
    const { kernels } = counted((g) =>
      conv(g, g.input('x', 'float32', [1, 32, 4, 16, 16]), [64, 32, 3, 3, 3], {
        pads: [1, 1, 1, 1, 1, 1],
      }),
    );
    expect(kernels[0]).toMatchObject({ kernel: 'volume', work: { macs: 4 * 16 * 16 * 64 * 864 } });
  });

  it('count blocks: what fills them costs nothing more, what does not as much as if it did', () => {
    const work = (out: number) =>
      counted((g) => conv(g, image(g), [out, 32, 1, 1])).kernels[0]!.work;
    expect(work(32).macs).toBe(16 * 16 * 32 * 32);
    expect(work(33).macs).toBe(work(64).macs);
    expect(work(32).elements).toBe(2 * 16 * 16 * 32);
  });

  it('fill blocks with the positions of a kernel where there are several', () => {
    const work = (channels: number, size: number) =>
      counted((g) =>
        conv(g, image(g, channels), [32, channels, size, size], {
          pads: size === 3 ? [1, 1, 1, 1] : [],
        }),
      ).kernels[0]!.work;
    expect(work(16, 3).macs).toBe(work(32, 3).macs / 2);
    expect(work(16, 1).macs).toBe(work(32, 1).macs);
  });

  it('tell a transpose of rows from one that takes them apart', () => {
    const kernel = (...perm: number[]) =>
      counted((g) => g.node('Transpose', [g.input('x', 'float32', [1, 16, 4, 32])], { perm }))
        .kernels[0]!.kernel;
    expect(kernel(0, 2, 1, 3)).toBe('regroup');
    expect(kernel(0, 2, 3, 1)).toBe('transpose');
  });

  it('fold an activation and a scale into the layer before, and run them alone otherwise', () => {
    const classes = (sketch: (g: GraphBuilder) => string) =>
      counted(sketch).kernels.map((one) => one?.kernel);
    const scale = (g: GraphBuilder) => g.constant('scale', [32, 1, 1], zeros(32));
    expect(
      classes((g) =>
        g.node('Relu', [g.node('Mul', [conv(g, image(g), [32, 32, 1, 1]), scale(g)])]),
      ),
    ).toEqual(['pointwise', undefined, undefined]);
    expect(classes((g) => g.node('Relu', [image(g)]))).toEqual(['activation']);
    expect(classes((g) => g.node('Mul', [image(g), scale(g)]))).toEqual(['affine']);
  });

  it('know weights that arithmetic does not hide', () => {
    const linear = (rows: number) =>
      counted((g) =>
        g.node('MatMul', [
          g.input('x', 'float32', [rows, 512]),
          g.constant('w', [512, 512], zeros(512, 512)),
        ]),
      ).kernels[0]!;
    expect(linear(1)).toMatchObject({ kernel: 'vector', work: { weights: 512 * 512 } });
    expect(linear(1).work.waiting).toBeGreaterThan(0.9 * 512 * 512);
    expect(linear(512).work.waiting).toBe(0);
  });

  it('of quantised layers are the same: QuantizeLinear and DequantizeLinear run with them', () => {
    const { kernels } = counted((g) => {
      const scale = g.constant('scale', [], new Float32Array([1]));
      const q = g.node('QuantizeLinear', [image(g), scale]);
      return conv(g, g.node('DequantizeLinear', [q, scale]), [32, 32, 1, 1]);
    });
    expect(kernels.map((one) => one?.kernel)).toEqual([undefined, undefined, 'pointwise']);
  });
});
