/** The thread an author's metric runs in: an answer in, its score or what was thrown out. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer } from './metric.ts';
import { thrownInWords } from './thrown-in-words.ts';

/** What the thread says: once that it is ready, or why it never will be; then one score an answer. */
export type FromMetric =
  | { readonly ready: true }
  | { readonly refused: 'not-loaded' | 'no-function'; readonly message: string }
  | { readonly score: unknown }
  | { readonly threw: string };

type Score = (answer: Answer) => unknown;

const say = (message: FromMetric): void => parentPort?.postMessage(message);

/** Answers are scored in the order they come in, so that a metric may remember those before. */
let last: Promise<void> = Promise.resolve();

const score = await load(workerData as string);
if (score) {
  parentPort?.on('message', (answer: Answer) => {
    last = last.then(() => scoreOne(score, answer));
  });
  say({ ready: true });
}

async function load(url: string): Promise<Score | undefined> {
  try {
    const { default: found } = await import(url);
    if (typeof found === 'function') return found as Score;
    say({ refused: 'no-function', message: '' });
  } catch (thrown) {
    say({ refused: 'not-loaded', message: thrownInWords(thrown) });
  }
  return undefined;
}

async function scoreOne(score: Score, answer: Answer): Promise<void> {
  try {
    const given = await score(answer);
    // Whatever else it is, its words suffice to refuse it, and any value has some.
    const plain = typeof given === 'number' || typeof given === 'boolean';
    say({ score: plain ? given : wordsOf(given) });
  } catch (thrown) {
    say({ threw: thrownInWords(thrown) });
  }
}

const wordsOf = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value) : thrownInWords(value);
