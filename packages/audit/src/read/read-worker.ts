import { parentPort, workerData } from 'node:worker_threads';
import {
  type Outcome,
  type ReadSource,
  readEach,
  sourceReader,
  type Wanted,
} from './read-source.ts';

/** What a thread is asked: what to find once, then paths in portions. */
export interface Task {
  readonly wanted?: Wanted;
  readonly paths: readonly string[];
}

let read: ReadSource | undefined;

parentPort?.on('message', async ({ wanted, paths }: Task) => {
  if (wanted) read = await sourceReader(workerData as string, wanted);
  const outcomes: Outcome[] = [];
  if (read) await readEach(paths, read, (outcome) => outcomes.push(outcome));
  parentPort?.postMessage(outcomes);
});
