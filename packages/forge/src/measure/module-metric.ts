import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fail } from '@selvedge/core/errors';
import { statRegular } from '../files/index.ts';
import { meanScore } from './mean-score.ts';
import type { Answer, Metric } from './metric.ts';
import { MetricThread } from './metric-thread.ts';

/**
 * An author's metric: a module whose default export scores one answer between 0 (wrong) and 1
 * (right); a variant's value is the mean over samples. Tensors have `type`, `shape` and `data`. It
 * runs in a thread of its own: what it throws, a `process.exit()` and a loop without end are its own
 * affair, and what it prints goes to stderr.
 *
 * @example
 * // iou.mjs
 * export default ({ outputs, expected, label, reference, inputs, index }) =>
 *   overlap(outputs.boxes.data, expected.boxes.data);
 * @throws SelvedgeError `bad-input` naming the module; `cancelled`
 */
export async function moduleMetric(path: string, signal?: AbortSignal): Promise<Metric<number>> {
  if (!(await statRegular(path, 'bad-input'))) moduleIsMissing(path);
  const thread = new MetricThread(pathToFileURL(resolve(path)), path, signal);
  await thread.ready();
  return {
    name: basename(path),
    score: async (answer) => checked(await thread.score(answer), answer, path),
    summarise: meanScore,
    close: () => thread.end(),
  };
}

export function moduleIsMissing(path: string): never {
  return fail('bad-input', `the metric ${path} does not exist`, {
    hint: 'expected top1, agreement, snr or the path of a module file',
    details: { file: path },
  });
}

function checked(score: unknown, { index }: Answer, path: string): number {
  const value = typeof score === 'boolean' ? Number(score) : score;
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  return fail('bad-input', `the metric ${path} gave ${String(score)} for sample ${index}`, {
    hint: 'expected a number between 0 and 1',
    details: { file: path, sample: index },
  });
}
