import { fail } from '@selvedge/core/errors';
import { numberReader, type Tensor, type Tensors } from '@selvedge/infer/engine';
import { fileNameOf } from '../dataset/index.ts';
import { ratioInterval, type Units } from './interval.ts';
import type { Answer, Metric, Summary } from './metric.ts';

/** Power of what was wanted, and of the difference to it, in one sample. */
export interface Powers {
  readonly signal: number;
  readonly noise: number;
}

/** Equal to the last bit: JSON has no infinity, and float64 sums can't tell more apart. */
export const identicalDb = 300;

/**
 * Signal-to-noise ratio over all samples, 10·log₁₀(Σ signal² / Σ (signal − answer)²) in dB.
 * The signal is `expected.<output>.npy` where the data set has it, otherwise what the unconverted
 * model answers. `drop` is the share of the signal's power that became noise, above the
 * reference's own share: a fraction, as for every other metric. A sample with an answer that is not
 * finite counts as lost: all of its signal is noise.
 */
export const snr: Metric<Powers> = {
  name: 'snr',
  score: (answer) => powersOf(answer),
  summarise,
};

function summarise(
  variant: readonly Powers[],
  reference: readonly Powers[],
  units?: Units,
): Summary {
  const signals = variant.map((sample) => sample.signal);
  const signal = sum(signals);
  if (signal === 0) {
    fail('bad-dataset', 'snr has no meaning: every wanted output is zero', {
      hint: 'use another evaluation set or metric',
    });
  }
  const noise = sum(variant.map((sample) => sample.noise));
  const before = sum(reference.map((sample) => sample.noise));
  // Sample by sample, as what is hard for the one is hard for the other.
  const added = variant.map((sample, at) => sample.noise - (reference[at] as Powers).noise);
  return {
    value: decibels(signal, noise),
    reference: decibels(signal, before),
    drop: sum(added) / signal,
    interval: ratioInterval(added, signals, units) ?? null,
    valueInterval: null,
  };
}

const decibels = (signal: number, noise: number): number =>
  noise === 0 ? identicalDb : Math.min(identicalDb, 10 * Math.log10(signal / noise));

function powersOf(answer: Answer): Powers {
  const wanted = Object.keys(answer.expected).length > 0 ? answer.expected : answer.reference;
  let signal = 0;
  let noise = 0;
  let compared = 0;
  for (const [name, target] of Object.entries(wanted)) {
    const actual = answer.outputs[name] ?? byFileName(answer.outputs, name);
    if (!actual) missing(name, answer.outputs);
    if (actual.type === 'string' || target.type === 'string') continue;
    if (wanted === answer.expected && actual.data.length !== target.data.length)
      misfit(name, actual, target);
    const powers = comparePowers(actual, target);
    signal += powers.signal;
    noise += powers.noise;
    compared += 1;
  }
  if (compared === 0) {
    fail('bad-dataset', `snr compares numbers, and ${textsIn(answer.outputs)}`, {
      hint: 'use --metric agreement, which compares labels, or a module of your own',
    });
  }
  if (!Number.isFinite(signal)) {
    fail(
      'bad-dataset',
      `sample ${answer.index}: a wanted output is not finite, snr has no meaning`,
    );
  }
  return { signal, noise: Number.isFinite(noise) ? noise : Math.max(signal, 1) };
}

/**
 * How much a model finds may depend on what it computes (detections above a threshold): what only
 * one of two answers has is all noise.
 */
function comparePowers(actual: Tensor, target: Tensor): Powers {
  const y = numberReader(actual);
  const g = numberReader(target);
  let signal = 0;
  let noise = 0;
  for (let at = 0; at < target.data.length; at += 1) {
    signal += g(at) ** 2;
    noise += (at < actual.data.length ? g(at) - y(at) : g(at)) ** 2;
  }
  for (let at = target.data.length; at < actual.data.length; at += 1) noise += y(at) ** 2;
  return { signal, noise };
}

const byFileName = (outputs: Tensors, file: string): Tensor | undefined =>
  Object.entries(outputs).find(([name]) => fileNameOf(name) === file)?.[1];

function missing(name: string, outputs: Tensors): never {
  return fail('bad-dataset', `expected.${name}.npy: the model has no output ${name}`, {
    hint: `its outputs are ${Object.keys(outputs).join(', ')}`,
    details: { output: name },
  });
}

/** What a classifier that ends in a label's name gives, beside what is no tensor. */
function textsIn(outputs: Tensors): string {
  const names = Object.keys(outputs);
  return names.length === 1 ? `the output ${names[0]} is text` : 'the outputs are text';
}

function misfit(name: string, actual: Tensor, target: Tensor): never {
  const found = target.shape.join(', ');
  return fail(
    'bad-dataset',
    `expected.${name}.npy: each sample has shape [${found}], the model gives [${actual.shape.join(', ')}]`,
    {
      details: { output: name },
    },
  );
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
