import { type Layer, layersOf, type Size, sizeOfLayer } from '../src/architecture.ts';
import type { Random } from '../src/random.ts';
import { side } from '../src/samples.ts';
import { multiply, transpose } from './gemm.ts';

/**
 * A small convolutional network with its gradients. Activations are kept as
 * [channels × (samples · positions)], so that a convolution is one matrix product over the
 * unfolded input and its result is the next layer's input.
 */
export class Network {
  readonly layers: readonly Layer[];
  readonly weights: Float32Array[];
  readonly biases: Float32Array[];
  readonly weightGradients: Float32Array[];
  readonly biasGradients: Float32Array[];
  #tape: Tape[] = [];

  constructor(size: Size, random: Random) {
    this.layers = layersOf(size);
    const shapes = this.layers.map(sizeOfLayer);
    this.weights = shapes.map(({ weights, fanIn }) => heNormal(weights, fanIn, random));
    this.biases = shapes.map(({ biases }) => new Float32Array(biases));
    this.weightGradients = this.weights.map((w) => new Float32Array(w.length));
    this.biasGradients = this.biases.map((b) => new Float32Array(b.length));
  }

  /** @param images [1 × (count · side · side)], 0 to 1. @returns class scores [classes × count]. */
  forward(images: Float32Array, count: number): Float32Array {
    this.#tape = [];
    let x = images;
    let width = side;
    for (const [index, layer] of this.layers.entries()) {
      if (layer.kind === 'conv') {
        x = this.#convolve(index, layer, x, count, width);
        width /= 2;
      } else {
        if (this.layers[index - 1]?.kind === 'conv')
          x = flatten(x, layer.from, count, width * width);
        x = this.#dense(index, layer, x, count);
      }
    }
    return x;
  }

  /** Fills the gradients from the scores' gradient [classes × count] of the last forward pass. */
  backward(scoreGradient: Float32Array): void {
    let g = scoreGradient;
    for (let index = this.layers.length - 1; index >= 0; index--) g = this.#tape[index]!(g);
  }

  #dense(
    index: number,
    layer: Layer & { kind: 'dense' },
    x: Float32Array,
    count: number,
  ): Float32Array {
    const { from, to } = layer;
    const y = new Float32Array(to * count);
    multiply(this.weights[index]!, x, y, to, from, count);
    addBias(y, this.biases[index]!, count);
    const last = index === this.layers.length - 1;
    if (!last) relu(y);
    const after = this.layers[index - 1]?.kind === 'conv';
    this.#tape[index] = (g) => {
      if (!last) maskWhereZero(g, y);
      this.#gradients(index, g, x, to, from, count);
      const back = this.#inputGradient(index, g, to, from, count);
      return after ? unflatten(back, layer.from, count, (side / 4) * (side / 4)) : back;
    };
    return y;
  }

  #convolve(
    index: number,
    layer: Layer & { kind: 'conv' },
    x: Float32Array,
    count: number,
    width: number,
  ): Float32Array {
    const { from, to } = layer;
    const n = count * width * width;
    const columns = unfold(x, from, count, width);
    const y = new Float32Array(to * n);
    multiply(this.weights[index]!, columns, y, to, from * 9, n);
    addBias(y, this.biases[index]!, n);
    relu(y);
    const { pooled, winners } = maxPool(y, to * count, width);
    this.#tape[index] = (g) => {
      const gy = new Float32Array(y.length);
      for (let i = 0; i < g.length; i++) gy[winners[i]!] = g[i]!;
      maskWhereZero(gy, y);
      this.#gradients(index, gy, columns, to, from * 9, n);
      if (index === 0) return gy;
      return fold(this.#inputGradient(index, gy, to, from * 9, n), from, count, width);
    };
    return pooled;
  }

  #gradients(
    index: number,
    g: Float32Array,
    x: Float32Array,
    to: number,
    fanIn: number,
    n: number,
  ): void {
    const xt = new Float32Array(x.length);
    transpose(x, xt, fanIn, n);
    multiply(g, xt, this.weightGradients[index]!, to, n, fanIn);
    const bias = this.biasGradients[index]!;
    for (let i = 0; i < to; i++) {
      let sum = 0;
      for (let j = i * n; j < (i + 1) * n; j++) sum += g[j]!;
      bias[i] = sum;
    }
  }

  #inputGradient(
    index: number,
    g: Float32Array,
    to: number,
    fanIn: number,
    n: number,
  ): Float32Array {
    const wt = new Float32Array(to * fanIn);
    transpose(this.weights[index]!, wt, to, fanIn);
    const out = new Float32Array(fanIn * n);
    multiply(wt, g, out, fanIn, to, n);
    return out;
  }
}

/** Turns the gradient of a layer's output into that of its input, filling the layer's gradients. */
type Tape = (outputGradient: Float32Array) => Float32Array;

/** He et al. 2015: variance 2 / fan-in. */
function heNormal(length: number, fanIn: number, random: Random): Float32Array {
  const scale = Math.sqrt(2 / fanIn);
  return Float32Array.from({ length }, () => random.normal() * scale);
}

function addBias(y: Float32Array, bias: Float32Array, n: number): void {
  for (let i = 0; i < bias.length; i++) {
    const b = bias[i]!;
    for (let j = i * n; j < (i + 1) * n; j++) y[j] = y[j]! + b;
  }
}

function relu(y: Float32Array): void {
  for (let i = 0; i < y.length; i++) if (y[i]! < 0) y[i] = 0;
}

function maskWhereZero(g: Float32Array, y: Float32Array): void {
  for (let i = 0; i < g.length; i++) if (y[i] === 0) g[i] = 0;
}

/** Copies each 3×3 neighbourhood into a column: [channels·9 × (count · width²)], zero outside. */
function unfold(x: Float32Array, channels: number, count: number, width: number): Float32Array {
  const out = new Float32Array(channels * 9 * count * width * width);
  neighbourRows(channels, count, width, (column, pixel, length) => {
    out.set(x.subarray(pixel, pixel + length), column);
  });
  return out;
}

/** The adjoint of {@link unfold}: adds the columns back to the pixels they came from. */
function fold(columns: Float32Array, channels: number, count: number, width: number): Float32Array {
  const out = new Float32Array(channels * count * width * width);
  neighbourRows(channels, count, width, (column, pixel, length) => {
    for (let i = 0; i < length; i++) out[pixel + i] = out[pixel + i]! + columns[column + i]!;
  });
  return out;
}

/** Visits every row of pixels that a tap of the 3×3 window sees inside the image. */
function neighbourRows(
  channels: number,
  count: number,
  width: number,
  visit: (column: number, pixel: number, length: number) => void,
): void {
  const area = width * width;
  const n = count * area;
  for (let plane = 0; plane < channels * 9; plane++) {
    const tap = plane % 9;
    const dy = Math.floor(tap / 3) - 1;
    const dx = (tap % 3) - 1;
    const from = Math.max(0, -dx);
    const length = width - Math.abs(dx);
    for (let image = 0; image < count; image++) {
      const source = Math.floor(plane / 9) * n + image * area;
      for (let y = Math.max(0, -dy); y < Math.min(width, width - dy); y++) {
        const at = y * width + from;
        visit(plane * n + image * area + at, source + at + dy * width + dx, length);
      }
    }
  }
}

/** 2×2 maximum with stride 2, and where each maximum stood. */
function maxPool(
  y: Float32Array,
  planes: number,
  width: number,
): { pooled: Float32Array; winners: Int32Array } {
  const half = width / 2;
  const pooled = new Float32Array(planes * half * half);
  const winners = new Int32Array(pooled.length);
  for (let out = 0; out < pooled.length; out++) {
    const plane = Math.floor(out / (half * half));
    const row = Math.floor((out % (half * half)) / half);
    const corner = plane * width * width + row * 2 * width + (out % half) * 2;
    let best = corner;
    if (y[corner + 1]! > y[best]!) best = corner + 1;
    if (y[corner + width]! > y[best]!) best = corner + width;
    if (y[corner + width + 1]! > y[best]!) best = corner + width + 1;
    pooled[out] = y[best]!;
    winners[out] = best;
  }
  return { pooled, winners };
}

/** [channels × (count · area)] → [(channels · area) × count], the order ONNX's Flatten gives. */
function flatten(x: Float32Array, features: number, count: number, area: number): Float32Array {
  const out = new Float32Array(features * count);
  reorder(features, count, area, (planar, flat) => {
    out[flat] = x[planar]!;
  });
  return out;
}

function unflatten(g: Float32Array, features: number, count: number, area: number): Float32Array {
  const out = new Float32Array(features * count);
  reorder(features, count, area, (planar, flat) => {
    out[planar] = g[flat]!;
  });
  return out;
}

function reorder(
  features: number,
  count: number,
  area: number,
  visit: (planar: number, flat: number) => void,
): void {
  for (let feature = 0; feature < features; feature++) {
    const channel = Math.floor(feature / area);
    const position = feature % area;
    for (let image = 0; image < count; image++) {
      visit((channel * count + image) * area + position, feature * count + image);
    }
  }
}
