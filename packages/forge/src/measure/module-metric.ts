import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fail } from '@selvedge/core/errors';
import { meanScore } from './mean-score.ts';
import type { Answer, Metric } from './metric.ts';

/**
 * An author's metric: a module whose default export scores one answer between 0 (wrong) and 1
 * (right); a variant's value is the mean over samples. Tensors have `type`, `shape` and `data`.
 *
 * @example
 * // iou.mjs
 * export default ({ outputs, expected, label, reference, inputs, index }) =>
 *   overlap(outputs.boxes.data, expected.boxes.data);
 * @throws SelvedgeError `bad-input`
 */
export async function moduleMetric(path: string): Promise<Metric<number>> {
  const score = await importScore(path);
  return {
    name: basename(path),
    score: async (answer) => checked(await callScore(score, answer, path), answer, path),
    summarise: meanScore,
  };
}

type Score = (answer: Answer) => unknown;

async function importScore(path: string): Promise<Score> {
  if (!existsSync(path)) {
    fail('bad-input', `the metric ${path} does not exist`, {
      hint: 'expected top1, agreement, snr or the path of a module file',
    });
  }
  const module = await import(pathToFileURL(resolve(path)).href).catch((cause: unknown) =>
    fail('bad-input', `the metric ${path} cannot be loaded: ${(cause as Error).message}`, {
      hint: 'expected a module file whose default export is a function',
      cause,
    }),
  );
  if (typeof module.default === 'function') return module.default as Score;
  return fail('bad-input', `the metric ${path} has no default export that is a function`, {
    hint: 'export default ({ outputs, expected, label, reference }) => a number between 0 and 1',
  });
}

async function callScore(score: Score, answer: Answer, path: string): Promise<unknown> {
  try {
    return await score(answer);
  } catch (cause) {
    return fail(
      'bad-input',
      `the metric ${path} failed on sample ${answer.index}: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}

function checked(score: unknown, { index }: Answer, path: string): number {
  const value = typeof score === 'boolean' ? Number(score) : score;
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  return fail('bad-input', `the metric ${path} gave ${String(score)} for sample ${index}`, {
    hint: 'expected a number between 0 and 1',
  });
}
