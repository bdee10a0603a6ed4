import type { Tensors } from '@selvedge/infer/engine';
import { concat, type GraphBuilder, graphBuilder, writeModel } from '@selvedge/onnx';
import type { Case } from './case.ts';
import { generator, madeUpImages } from './made-up-images.ts';

/**
 * Networks of today's kinds with seeded weights of uneven channels and heavy tails. Nobody has
 * tuned a quantiser for them.
 */
export function networkCases(): Case[] {
  return [
    { name: 'made-residual', model: () => bytesOf(residual()), ...images(32, 3, 64) },
    { name: 'made-depthwise', model: () => bytesOf(depthwise()), ...images(32, 3, 64) },
    { name: 'made-transformer', model: () => bytesOf(transformer()), ...tokens(32, 64) },
  ];
}

const bytesOf = (graph: GraphBuilder): Uint8Array => concat(writeModel(graph.build()));

/** Rows are calibrated on, twice as many are held out. */
function images(size: number, channels: number, count: number) {
  const paint = (rows: number, seed: number) => async (): Promise<Tensors> => ({
    x: madeUpImages([rows, channels, size, size], 1, seed),
  });
  return { calibration: paint(count, 1), heldOut: paint(2 * count, 9001) };
}

const tokenCount = 48;
const width = 96;

/** Embeddings in which a few dimensions are much larger than the rest, as language models have them. */
function tokens(count: number, heldOut: number) {
  const draw = (rows: number, seed: number) => async (): Promise<Tensors> => {
    const normal = gaussian(seed);
    const data = Float32Array.from({ length: rows * tokenCount * width }, (_, at) =>
      at % width < 3 ? 6 * normal() + 4 : normal(),
    );
    return { x: { type: 'float32', shape: [rows, tokenCount, width], data } };
  };
  return { calibration: draw(count, 1), heldOut: draw(heldOut, 9001) };
}

/** Box and Muller's transform. */
function gaussian(seed: number): () => number {
  const random = generator(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Layers with weights, drawn one after the other. */
class Layers {
  readonly #normal: () => number;
  readonly graph: GraphBuilder;
  #count = 0;

  constructor(name: string, seed: number) {
    this.graph = graphBuilder(name, { opset: 17 });
    this.#normal = gaussian(seed);
  }

  /** He et al. 2015, with channels up to a few times larger than others and a heavy tail. */
  weights(dims: readonly number[], fanIn: number, rows: number): string {
    const length = dims.reduce((product, size) => product * size, 1);
    const spread = Math.sqrt(1.2 / fanIn);
    const scales = Array.from({ length: rows }, () => Math.exp(0.5 * this.#normal()));
    const data = Float32Array.from({ length }, (_, at) => {
      const value = this.#normal();
      return (
        value * (1 + 0.15 * value * value) * spread * scales[Math.floor((at * rows) / length)]!
      );
    });
    return this.graph.constant(this.#name('w'), dims, data);
  }

  vector(length: number, middle: number, spread: number): string {
    const data = Float32Array.from({ length }, () => middle + spread * this.#normal());
    return this.graph.constant(this.#name('v'), [length], data);
  }

  /** A convolution and its normalisation. */
  conv(x: string, [from, to, size]: readonly [number, number, number], stride = 1, group = 1) {
    const inputs = from / group;
    const w = this.weights([to, inputs, size, size], inputs * size * size, to);
    const edge = (size - 1) / 2;
    const y = this.graph.node('Conv', [x, w], {
      kernel_shape: [size, size],
      pads: [edge, edge, edge, edge],
      strides: [stride, stride],
      group,
    });
    const positive = Float32Array.from({ length: to }, () => 0.5 + Math.abs(this.#normal()));
    const variance = this.graph.constant(this.#name('v'), [to], positive);
    const scale = this.vector(to, 1, 0.2);
    return this.graph.node('BatchNormalization', [
      ...[y, scale, this.vector(to, 0, 0.3), this.vector(to, 0, 0.2), variance],
    ]);
  }

  linear(x: string, from: number, to: number): string {
    const y = this.graph.node('MatMul', [x, this.weights([from, to], from, from)]);
    return this.graph.node('Add', [y, this.vector(to, 0, 0.1)]);
  }

  scalar(value: number): string {
    return this.graph.constant(this.#name('s'), [], Float32Array.of(value));
  }

  #name(kind: string): string {
    this.#count += 1;
    return `${kind}_${this.#count}`;
  }
}

/** As He et al. 2016 (arXiv:1512.03385), of 11 convolutions. */
function residual(): GraphBuilder {
  const layers = new Layers('residual', 11);
  const g = layers.graph;
  let x = g.node('Relu', [layers.conv(g.input('x', 'float32', [1, 3, 32, 32]), [3, 32, 3])]);
  for (const [from, to, stride] of [
    [32, 32, 1],
    [32, 64, 2],
    [64, 64, 1],
    [64, 128, 2],
  ] as const) {
    const inner = g.node('Relu', [layers.conv(x, [from, to, 3], stride)]);
    const outer = layers.conv(inner, [to, to, 3]);
    const past = from === to ? x : layers.conv(x, [from, to, 1], stride);
    x = g.node('Relu', [g.node('Add', [outer, past])]);
  }
  return classified(layers, x, 128);
}

/** As Sandler et al. 2018 (arXiv:1801.04381): inverted residuals, Relu6. */
function depthwise(): GraphBuilder {
  const layers = new Layers('depthwise', 12);
  const g = layers.graph;
  const [zero, six] = [layers.scalar(0), layers.scalar(6)];
  const relu6 = (x: string) => g.node('Clip', [x, zero, six]);
  let x = relu6(layers.conv(g.input('x', 'float32', [1, 3, 32, 32]), [3, 24, 3]));
  for (const [from, to, stride] of [
    [24, 24, 1],
    [24, 32, 2],
    [32, 32, 1],
    [32, 64, 2],
    [64, 64, 1],
  ] as const) {
    const wide = 4 * from;
    const inner = relu6(layers.conv(x, [from, wide, 1]));
    const deep = relu6(layers.conv(inner, [wide, wide, 3], stride, wide));
    const outer = layers.conv(deep, [wide, to, 1]);
    x = from === to ? g.node('Add', [outer, x]) : outer;
  }
  return classified(layers, x, 64);
}

function classified(layers: Layers, x: string, width: number): GraphBuilder {
  const g = layers.graph;
  const flat = g.node('Flatten', [g.node('GlobalAveragePool', [x])], { axis: 1 });
  const inputs = [flat, layers.weights([10, width], width, 10), layers.vector(10, 0, 0.1)];
  g.output(g.node('Gemm', inputs, { transB: 1 }, 'y'), 'float32', [1, 10]);
  return g;
}

/** Two blocks as Vaswani et al. 2017 with the normalisation first; GELU of error functions. */
function transformer(): GraphBuilder {
  const layers = new Layers('transformer', 13);
  const g = layers.graph;
  let x = g.input('x', 'float32', [1, tokenCount, width]);
  for (let block = 0; block < 2; block++) {
    x = g.node('Add', [x, attention(layers, normalised(layers, x))]);
    const inner = gelu(layers, layers.linear(normalised(layers, x), width, 4 * width));
    x = g.node('Add', [x, layers.linear(inner, 4 * width, width)]);
  }
  const normal = normalised(layers, x);
  g.output(g.node('Identity', [layers.linear(normal, width, 64)], {}, 'y'), 'float32', [
    ...[1, tokenCount, 64],
  ]);
  return g;
}

const normalised = (layers: Layers, x: string): string =>
  layers.graph.node(
    'LayerNormalization',
    [x, layers.vector(width, 1, 0.2), layers.vector(width, 0, 0.1)],
    { axis: -1 },
  );

function attention(layers: Layers, x: string): string {
  const g = layers.graph;
  const heads = 4;
  const shape = BigInt64Array.of(1n, BigInt(tokenCount), BigInt(heads), BigInt(width / heads));
  const split = g.constant(`${x}.heads`, [4], shape);
  const part = (perm: number[]) =>
    g.node('Transpose', [g.node('Reshape', [layers.linear(x, width, width), split])], { perm });
  const [queries, keys, values] = [part([0, 2, 1, 3]), part([0, 2, 3, 1]), part([0, 2, 1, 3])];
  const root = layers.scalar(Math.sqrt(width / heads));
  const scores = g.node('Div', [g.node('MatMul', [queries, keys]), root]);
  const mixed = g.node('MatMul', [g.node('Softmax', [scores], { axis: -1 }), values]);
  const joined = BigInt64Array.of(1n, BigInt(tokenCount), BigInt(width));
  const flat = g.constant(`${x}.joined`, [3], joined);
  const rows = g.node('Reshape', [g.node('Transpose', [mixed], { perm: [0, 2, 1, 3] }), flat]);
  return layers.linear(rows, width, width);
}

/** x · ½ (1 + erf(x / √2)). */
function gelu(layers: Layers, x: string): string {
  const g = layers.graph;
  const error = g.node('Erf', [g.node('Div', [x, layers.scalar(Math.SQRT2)])]);
  const gate = g.node('Mul', [g.node('Add', [error, layers.scalar(1)]), layers.scalar(0.5)]);
  return g.node('Mul', [x, gate]);
}
