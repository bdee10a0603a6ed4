import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Outcome, readEach, sourceReader, type Wanted } from './read-source.ts';
import type { Task } from './read-worker.ts';

/** Reads files, and parses those that hold what is wanted. */
export interface Readers {
  read(
    paths: readonly string[],
    wanted: Wanted,
    onOutcome: (outcome: Outcome) => void,
  ): Promise<void>;
  end(): Promise<void>;
}

/** Fewer files are read before a thread has started. */
const worthThreads = 600;
const portion = 64;
const mostThreads = 8;

/** Readers in threads of their own where there is much to read, or else in this one. */
export function openReaders(root: string): Readers {
  let threads: Thread[] = [];
  return {
    async read(paths, wanted, onOutcome) {
      if (paths.length < worthThreads && threads.length === 0)
        return readHere(root, paths, wanted, onOutcome);
      if (threads.length === 0)
        threads = Array.from(
          { length: Math.min(mostThreads, availableParallelism()) },
          () => new Thread(root),
        );
      const portions = portionsOf(paths);
      await Promise.all(
        threads.map(async (thread) => {
          let told: Pick<Task, 'wanted'> = { wanted };
          for (let next = portions.pop(); next; next = portions.pop()) {
            for (const outcome of await thread.run({ ...told, paths: next })) onOutcome(outcome);
            told = {};
          }
        }),
      );
    },
    end: async () => void (await Promise.all(threads.map((thread) => thread.end()))),
  };
}

async function readHere(
  root: string,
  paths: readonly string[],
  wanted: Wanted,
  onOutcome: (outcome: Outcome) => void,
): Promise<void> {
  await readEach(paths, await sourceReader(root, wanted), onOutcome);
}

const portionsOf = (paths: readonly string[]): (readonly string[])[] =>
  Array.from({ length: Math.ceil(paths.length / portion) }, (_, at) =>
    paths.slice(at * portion, (at + 1) * portion),
  ).reverse();

class Thread {
  // In the repository the sources run as they are; published, they are compiled.
  readonly #worker: Worker;
  #failed: Error | undefined;

  constructor(root: string) {
    const file = new URL(`./read-worker${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(file, { workerData: root });
    this.#worker.on('error', (error) => {
      this.#failed = error;
    });
  }

  /** A thread that died (out of memory, say) leaves its files listed as not parsed. */
  run(task: Task): Promise<readonly Outcome[]> {
    const worker = this.#worker;
    return new Promise((resolve) => {
      const settle = (outcomes: readonly Outcome[]) => {
        worker.off('message', settle).off('exit', onExit);
        resolve(outcomes);
      };
      const onExit = () => {
        const detail = this.#failed?.message ?? 'the thread ended';
        settle(
          task.paths.map((path) => ({ path, skipped: { path, reason: 'not-parsed', detail } })),
        );
      };
      if (this.#failed) return onExit();
      worker.once('message', settle).once('exit', onExit);
      worker.postMessage(task);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
