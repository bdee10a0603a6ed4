import type { Size } from '../src/architecture.ts';
import { classes } from '../src/glyphs.ts';
import { seededRandom } from '../src/random.ts';
import { drawSamples, type Samples, side } from '../src/samples.ts';
import { Network } from './network.ts';

const pixels = side * side;

/** How long and how fast a network learns. */
export interface Schedule {
  readonly batches: number;
  readonly batchSize: number;
  readonly peakRate: number;
}

/**
 * Trains one size from one seed on glyphs that are drawn as they are needed and never repeat.
 * Adam (Kingma & Ba 2015), learning rate rising over the first twentieth and falling along a
 * half cosine. Deterministic by seed.
 */
export function fit(
  size: Size,
  seed: number,
  schedule: Schedule,
  onBatch: (done: number, loss: number) => void,
): Network {
  const random = seededRandom(seed * 7919 + 17);
  const network = new Network(size, random);
  const values = [...network.weights, ...network.biases];
  const gradients = [...network.weightGradients, ...network.biasGradients];
  const adam = values.map((v) => ({
    mean: new Float32Array(v.length),
    square: new Float32Array(v.length),
  }));
  for (let batch = 0; batch < schedule.batches; batch++) {
    const samples = drawSamples(random.below(2 ** 31), schedule.batchSize);
    const scores = network.forward(toFloats(samples), samples.count);
    const { loss, gradient } = crossEntropy(scores, samples.labels);
    network.backward(gradient);
    const rate = schedule.peakRate * shape(batch / schedule.batches);
    for (const [i, value] of values.entries())
      adamStep(value, gradients[i]!, adam[i]!, rate, batch + 1);
    onBatch(batch + 1, loss);
  }
  return network;
}

/** The share of samples whose highest score is at their label. */
export function accuracy(network: Network, samples: Samples): number {
  let right = 0;
  const step = 120;
  for (let start = 0; start < samples.count; start += step) {
    const count = Math.min(step, samples.count - start);
    const part = {
      images: samples.images.subarray(start * pixels, (start + count) * pixels),
      labels: samples.labels.subarray(start, start + count),
      count,
    };
    const scores = network.forward(toFloats(part), count);
    for (let i = 0; i < count; i++) if (best(scores, count, i) === part.labels[i]) right++;
  }
  return right / samples.count;
}

function toFloats(samples: Samples): Float32Array {
  return Float32Array.from(samples.images, (byte) => byte / 255);
}

function best(scores: Float32Array, count: number, sample: number): number {
  let at = 0;
  for (let c = 1; c < classes.length; c++) {
    if (scores[c * count + sample]! > scores[at * count + sample]!) at = c;
  }
  return at;
}

function crossEntropy(
  scores: Float32Array,
  labels: Uint8Array,
): { loss: number; gradient: Float32Array } {
  const count = labels.length;
  const gradient = new Float32Array(scores.length);
  let loss = 0;
  for (let i = 0; i < count; i++) {
    const top = scores[best(scores, count, i) * count + i]!;
    let sum = 0;
    for (let c = 0; c < classes.length; c++) sum += Math.exp(scores[c * count + i]! - top);
    for (let c = 0; c < classes.length; c++) {
      const p = Math.exp(scores[c * count + i]! - top) / sum;
      gradient[c * count + i] = (p - (c === labels[i] ? 1 : 0)) / count;
    }
    loss += (Math.log(sum) + top - scores[labels[i]! * count + i]!) / count;
  }
  return { loss, gradient };
}

function shape(progress: number): number {
  return progress < 0.05
    ? progress / 0.05
    : 0.5 + 0.5 * Math.cos(Math.PI * ((progress - 0.05) / 0.95));
}

function adamStep(
  value: Float32Array,
  gradient: Float32Array,
  state: { mean: Float32Array; square: Float32Array },
  rate: number,
  step: number,
): void {
  const { mean, square } = state;
  const scale = (rate * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
  for (let i = 0; i < value.length; i++) {
    const g = gradient[i]!;
    const m = 0.9 * mean[i]! + 0.1 * g;
    const v = 0.999 * square[i]! + 0.001 * g * g;
    mean[i] = m;
    square[i] = v;
    value[i] = value[i]! - (scale * m) / (Math.sqrt(v) + 1e-8);
  }
}
