import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SelvedgeError } from '@selvedge/core/errors';
import { type ModelFile, sizeOf } from '../model-file.ts';
import type { Converted } from './converted.ts';
import type { ThreadRequest } from './pass-worker.ts';
import { type PassRequest, runPass } from './passes.ts';

/** Passes over models, several at a time. */
export interface PassThreads {
  /** @throws SelvedgeError `cancelled` once closed; `out-of-memory` where the thread had not enough */
  run(file: ModelFile, request: PassRequest, workspace: string): Promise<Converted>;
  /** Ends what is at work. */
  close(): Promise<void>;
}

/** Below both a pass takes less time than a thread does to start. */
const worthAThread = { bytes: 4 << 20, nodes: 1_000 };

/**
 * Threads that start when a pass over a large model first needs them, at most one per core.
 *
 * @param nodes of the graph that all of them are about
 */
export function openPassThreads(nodes: number, count = availableParallelism()): PassThreads {
  const idle: PassThread[] = [];
  const all: PassThread[] = [];
  /** What is too large for memory goes one after the other: each holds a tensor or two. */
  let streaming: Promise<unknown> = Promise.resolve();
  const waiting: ((thread: PassThread) => void)[] = [];
  const start = (): PassThread => {
    const started = new PassThread();
    all.push(started);
    return started;
  };
  const take = async (): Promise<PassThread> => {
    const free = idle.pop();
    if (free) return free;
    if (all.length >= count) return new Promise((resolve) => waiting.push(resolve));
    return start();
  };
  const give = (thread: PassThread): void => {
    const next = waiting.shift();
    if (thread.failed) all.splice(all.indexOf(thread), 1);
    if (next) next(thread.failed ? start() : thread);
    else if (!thread.failed) idle.push(thread);
  };
  return {
    async run({ bytes, data }, request, workspace) {
      const file = { bytes, ...(data && { data }) };
      const isSmall = nodes < worthAThread.nodes && sizeOf(file) < worthAThread.bytes;
      if (isSmall) return runPass(file, request, workspace);
      const work = async () => {
        const thread = await take();
        try {
          return await thread.run({ file, request, workspace });
        } finally {
          give(thread);
        }
      };
      if (!data) return work();
      const turn = streaming.then(work);
      streaming = turn.catch(() => {});
      return turn;
    },
    async close() {
      await Promise.all(all.map((thread) => thread.end()));
    },
  };
}

/** One thread, which runs one pass at a time. */
class PassThread {
  // In the repository the sources run as they are; published, they are compiled.
  readonly #worker = new Worker(
    new URL(`./pass-worker${extname(import.meta.url)}`, import.meta.url),
  );
  /** Why it takes no more work. */
  failed: SelvedgeError | undefined;

  constructor() {
    this.#worker.unref();
    this.#worker.on('error', (cause) => {
      this.failed = threadError(cause);
    });
  }

  run(request: ThreadRequest): Promise<Converted> {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      if (this.failed) return reject(this.failed);
      const settle = (finish: () => void) => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit).unref();
        finish();
      };
      const onMessage = (converted: Converted) => settle(() => resolve(converted));
      const onError = (cause: Error) => settle(() => reject(threadError(cause)));
      const onExit = () => {
        this.failed ??= new SelvedgeError('cancelled', 'the build was cancelled');
        const failed = this.failed;
        settle(() => reject(failed));
      };
      worker.once('message', onMessage).once('error', onError).once('exit', onExit).ref();
      worker.postMessage(request);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

function threadError(cause: Error & { code?: string }): SelvedgeError {
  const code = cause.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out-of-memory' : 'internal';
  return new SelvedgeError(code, `a conversion's thread ended: ${cause.message}`, { cause });
}
