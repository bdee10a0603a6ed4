import { existsSync } from 'node:fs';
import { fail } from '@selvedge/core/errors';
import type { Tensors } from '@selvedge/infer/engine';
import type { Dataset } from '../dataset/index.ts';
import type { Metric } from './metric.ts';
import { moduleIsMissing, moduleMetric } from './module-metric.ts';
import { snr } from './snr.ts';
import { agreement, top1 } from './top1.ts';

const named: Readonly<Record<string, Metric>> = {
  top1: top1 as Metric,
  agreement: agreement as Metric,
  snr: snr as Metric,
};

/**
 * The metric by its name or module file; without one, what the data set allows: `top1` with
 * labels, `snr` with expected outputs, otherwise `agreement` for a classifier and `snr` for the rest.
 *
 * @param example one answer of the model, which shows whether it classifies
 * @param signal ends a module that is at work
 * @throws SelvedgeError `usage`, `bad-input`, `cancelled`
 */
export async function chooseMetric(
  wanted: string | undefined,
  dataset: Dataset,
  example: Tensors,
  signal?: AbortSignal,
): Promise<Metric> {
  if (wanted === undefined) return named[defaultMetric(dataset, example)] as Metric;
  checkMetric(wanted);
  return named[wanted] ?? ((await moduleMetric(wanted, signal)) as Metric);
}

/** Whether a metric of that name can be. @throws SelvedgeError `usage`, `bad-input` */
export function checkMetric(wanted: string): void {
  if (Object.hasOwn(named, wanted)) return;
  if (/\.(mjs|js|mts|ts)$/.test(wanted)) {
    if (!existsSync(wanted)) moduleIsMissing(wanted);
    return;
  }
  fail('usage', `there is no metric ${wanted}`, {
    hint: 'expected top1, agreement, snr or a module file such as metric.mjs',
  });
}

function defaultMetric(dataset: Dataset, example: Tensors): string {
  if (dataset.labels) return 'top1';
  if (dataset.expectedOutputs.length > 0) return 'snr';
  return looksLikeClassifier(example) ? 'agreement' : 'snr';
}

/**
 * Its first output is one class, or one row of scores: `[1, C]`, `[1, C, 1, 1]`, `[1, 1, C]`. One
 * score for each of many places, `[1, places, 1]`, is a detector's.
 */
function looksLikeClassifier(example: Tensors): boolean {
  const [first] = Object.values(example);
  if (!first) return false;
  if (first.type === 'string') return first.data.length === 1;
  const isFloat = first.type.includes('float');
  if (!isFloat) return first.data.length === 1;
  const free = first.shape.flatMap((side, at) => (side === 1 ? [] : at));
  return free.length === 1 && !(first.shape.length === 3 && free[0] === 1);
}
