import { SelvedgeError } from '@selvedge/core/errors';
import type { RunOptions } from '@selvedge/infer/engine';
import { CrashBackoff } from './crash-backoff.ts';
import type { EngineProcess } from './engine-process.ts';

export interface DispatcherOptions {
  readonly start: () => Promise<EngineProcess>;
  /** Milliseconds after which work without a deadline of its own counts as hung. */
  readonly hangMs: number;
  /** Milliseconds that work nobody waits for any more may go on before its process is ended. */
  readonly graceMs: number;
}

/** What one request does with the process. */
type Work<T> = (process: EngineProcess) => Promise<T>;

interface Job {
  readonly work: Work<void>;
  /** The caller's own deadline: sooner than that, work is not hung. */
  readonly timeoutMs: number;
  /** Crashes are held against whom they happened to. */
  readonly backoff: CrashBackoff;
  readonly fail: (error: unknown) => void;
  /** Whether the caller has its answer, or gave up. */
  readonly settled: () => boolean;
  /** When this job is at work: it will not be waited for. */
  abandon?: () => void;
}

/**
 * Keeps one engine process and gives it one request at a time, in order. A crash or a hang is the
 * error of the one request that was at work: the process is started again for the next, and
 * requests that were only waiting never notice. Retrying is the plan executor's business.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #queue: Job[] = [];
  readonly #starts = new CrashBackoff();
  #process: EngineProcess | undefined;
  #busy = false;
  #closed = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** The process's id while it runs. */
  get pid(): number | undefined {
    return this.#process?.alive ? this.#process.pid : undefined;
  }

  /**
   * @throws SelvedgeError `timeout`, `cancelled`, `engine-failed`, and what the work throws.
   */
  submit<T>(work: Work<T>, backoff: CrashBackoff, options: RunOptions = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const { signal, timeoutMs } = options;
      let timer: NodeJS.Timeout | undefined;
      let settled = false;
      const settle = (finish: () => void) => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        finish();
      };
      const job: Job = {
        work: async (process) => {
          const value = await work(process);
          settle(() => resolve(value));
        },
        timeoutMs: timeoutMs ?? 0,
        backoff,
        fail: (error) => settle(() => reject(error)),
        settled: () => settled,
      };
      const giveUp = (error: SelvedgeError) => {
        job.fail(error);
        this.#forget(job);
      };
      const onAbort = () => giveUp(new SelvedgeError('cancelled', 'the run was cancelled'));
      const onTimeout = () =>
        giveUp(
          new SelvedgeError(
            'timeout',
            `onnxruntime did not answer within ${Math.round(timeoutMs ?? 0)} ms`,
          ),
        );
      if (this.#closed) return job.fail(engineClosed());
      if (signal?.aborted) return onAbort();
      if (timeoutMs !== undefined && timeoutMs <= 0) return onTimeout();
      signal?.addEventListener('abort', onAbort, { once: true });
      // Longer delays overflow setTimeout and would fire at once.
      if (timeoutMs !== undefined && timeoutMs < 2 ** 31) timer = setTimeout(onTimeout, timeoutMs);
      this.#queue.push(job);
      void this.#pump();
    });
  }

  /** Fails what is waiting, lets the process finish and ends it. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#queue.splice(0)) job.fail(engineClosed());
    await this.#process?.end();
    this.#process = undefined;
  }

  #forget(job: Job): void {
    const at = this.#queue.indexOf(job);
    if (at >= 0) this.#queue.splice(at, 1);
    else job.abandon?.();
  }

  async #pump(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let job = this.#queue.shift(); job; job = this.#queue.shift()) await this.#serve(job);
    this.#busy = false;
  }

  async #serve(job: Job): Promise<void> {
    let process: EngineProcess | undefined;
    let watch: NodeJS.Timeout | undefined;
    try {
      refuseWhileBackingOff(job.backoff);
      process = await this.#running();
      if (job.settled()) return;
      const running = process;
      const { hangMs, graceMs } = this.#options;
      // Longer delays overflow setTimeout and would fire at once.
      const patienceMs = Math.min(Math.max(hangMs, job.timeoutMs), 2 ** 31 - 1);
      watch = setTimeout(() => {
        job.fail(
          new SelvedgeError('engine-failed', `onnxruntime hung for ${patienceMs} ms and was ended`),
        );
        running.kill();
      }, patienceMs);
      job.abandon = () => {
        clearTimeout(watch);
        watch = setTimeout(() => running.kill(), graceMs);
      };
      await job.work(running);
      job.backoff.succeeded();
    } catch (caught) {
      if (process && !process.alive) job.backoff.crashed(performance.now());
      job.fail(caught);
    } finally {
      clearTimeout(watch);
    }
  }

  /** The process, started when there is none. */
  async #running(): Promise<EngineProcess> {
    if (this.#process?.alive) return this.#process;
    this.#process = undefined;
    refuseWhileBackingOff(this.#starts);
    try {
      const process = await this.#options.start();
      this.#starts.succeeded();
      if (this.#closed) {
        await process.end();
        throw engineClosed();
      }
      this.#process = process;
      return process;
    } catch (caught) {
      if (!this.#closed) this.#starts.crashed(performance.now());
      throw caught;
    }
  }
}

function refuseWhileBackingOff(backoff: CrashBackoff): void {
  const waitMs = backoff.waitMs(performance.now());
  if (waitMs === 0) return;
  const seconds = Math.ceil(waitMs / 1000);
  throw new SelvedgeError(
    'engine-failed',
    `onnxruntime crashed ${backoff.crashes} times in a row; the next attempt is in ${seconds} s`,
    { details: { crashes: backoff.crashes, retryAfterMs: Math.ceil(waitMs) } },
  );
}

const engineClosed = () => new SelvedgeError('engine-failed', 'the engine is closed');
