import { parentPort, workerData } from 'node:worker_threads';
import { type ReadSource, sourceReader, type Words } from './read-source.ts';

/** What a thread is asked: words to find once, then paths in portions. */
export interface Task {
  readonly words?: Words;
  readonly secrets?: boolean;
  readonly paths: readonly string[];
}

let read: ReadSource | undefined;

parentPort?.on('message', async ({ words, secrets, paths }: Task) => {
  if (words) read = await sourceReader(workerData as string, words, secrets ?? false);
  parentPort?.postMessage(paths.map((path) => read?.(path)));
});
