/**
 * Holds the catalogue's figures of processors against what was measured on one:
 * `node scripts/latency-model/processor/validate.ts` →
 * packages/core/src/device/latency/processor-bounds.ts and docs/latency-processors.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { chipOf, estimateOn, profileOf } from '@selvedge/core/device';
import { type Bounds, median, relativeError } from '../validate.ts';
import type { Machine, Measured } from './measured.ts';
import { processorText } from './processor-text.ts';

const root = resolve(import.meta.dirname, '../../..');
const file = resolve(import.meta.dirname, 'measured.json');
const machine: Machine = JSON.parse(readFileSync(file, 'utf8'));

/** Dense fp32 peak of a core of that machine, TOPS: 2.6 GHz × 16 lanes × 2 pipes × 2, a server's AVX-512. */
const peakOfCore = (2.6 * 16 * 2 * 2) / 1000;

/** What the catalogue's costs of processors predict for so many cores of that peak. */
function predictedMs({ workload, precision, threads }: Measured, peak: number): number {
  const profile = profileOf('cpu-x64');
  const unit = { ...profile.units[0]!, tops: { [precision]: peak * threads } };
  return estimateOn(unit, workload, profile, precision)!.ms;
}

/**
 * What holds nine in ten of few ratios: the prediction interval of a log-normal (Student 1908), since
 * ten ranks have no tails.
 */
function fewBounds(ratios: readonly number[]): Bounds {
  const logs = ratios.map(Math.log);
  const mean = logs.reduce((sum, one) => sum + one, 0) / logs.length;
  const squares = logs.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (logs.length - 1));
  const reach = studentAt95(logs.length - 1) * deviation * Math.sqrt(1 + 1 / logs.length);
  return { low: Math.exp(mean - reach), high: Math.exp(mean + reach) };
}

/** Student's t that 95% are below, by Cornish and Fisher's expansion (Abramowitz and Stegun 26.7.5). */
function studentAt95(freedom: number): number {
  const z = 1.6449;
  const first = (z ** 3 + z) / (4 * freedom);
  return z + first + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
}

/** What the catalogue's efficiency, start and dispatch were set with (chips/processors.ts): no test of them. */
const used = new Set(['resnet8-cifar10.onnx', 'mobilenet-vww.onnx', 'mnist-8.onnx']);

const rows = machine.rows.map((row) => ({
  ...row,
  predicted: predictedMs(row, peakOfCore),
  used: used.has(row.file),
}));
const alone = rows.filter(({ threads, used }) => threads === 1 && !used);
const ratiosOf = (of: typeof rows) => of.map(({ ms, predicted }) => ms / predicted);
const bounds = fewBounds(ratiosOf(alone));
const held = alone.filter((row) => {
  const { low, high } = fewBounds(ratiosOf(alone.filter((other) => other !== row)));
  const ratio = row.ms / row.predicted;
  return ratio >= low && ratio <= high;
}).length;

const rounded = (value: number) => Number(value.toPrecision(3));
writeFileSync(
  resolve(root, 'packages/core/src/device/latency/processor-bounds.ts'),
  `// Written by scripts/latency-model/processor/validate.ts; do not edit.

/** Of estimates for processors: meant for nine in ten models, from seven measured on one; see docs/latency-processors.md. */
export const processorBounds = { low: ${rounded(bounds.low)}, high: ${rounded(bounds.high)} } as const;
`,
);
const error = median(alone.map(relativeError));
const { tops, cores = 1 } = chipOf('cpu-x64').units[0]!;
const catalogue = alone.map((row) => ({
  ...row,
  predicted: predictedMs(row, tops.fp32!.value / cores),
}));
const asListed = median(catalogue.map(relativeError));
const text = processorText({
  machine,
  rows,
  bounds,
  held,
  of: alone.length,
  error,
  asListed,
});
writeFileSync(resolve(root, 'docs/latency-processors.md'), text);
console.log({ bounds, held, of: alone.length, error, asListed });
