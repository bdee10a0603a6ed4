import { SelvedgeError } from '@selvedge/core/errors';

export interface AdmissionOptions {
  /** Runs at the same time. */
  readonly running: number;
  /** Requests that may wait for their turn; one more is refused. */
  readonly waiting: number;
}

/** Lets in as many requests as can be answered in time, and refuses the rest at once. */
export interface Admission {
  readonly running: number;
  readonly waiting: number;
  /**
   * Runs `task` in its turn, with what is left of the deadline.
   * @throws SelvedgeError `unavailable` when too many wait, `timeout` when the deadline passed
   * meanwhile, `cancelled` when the caller left
   */
  run<T>(
    limits: { deadlineMs?: number; signal: AbortSignal },
    task: (leftMs: number | undefined) => Promise<T>,
  ): Promise<T>;
}

export function createAdmission(
  options: AdmissionOptions,
  nowMs: () => number = () => performance.now(),
): Admission {
  let running = 0;
  const queue: (() => void)[] = [];

  /** Resolves when it is this request's turn; leaves the queue when nobody waits for it any more. */
  const turn = (signal: AbortSignal, deadlineMs: number | undefined): Promise<void> => {
    if (running < options.running) {
      running++;
      return Promise.resolve();
    }
    if (queue.length >= options.waiting) throw overloaded(queue.length);
    return new Promise((resolve, reject) => {
      const leave = (why: SelvedgeError): void => {
        settle();
        queue.splice(queue.indexOf(enter), 1);
        reject(why);
      };
      const onAbort = () => leave(left());
      const timer =
        deadlineMs === undefined
          ? undefined
          : setTimeout(() => leave(late(deadlineMs)), deadlineMs);
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      };
      const enter = (): void => {
        settle();
        resolve();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      queue.push(enter);
    });
  };
  /** The place goes straight to the next in line. */
  const leave = (): void => {
    const next = queue.shift();
    if (next) next();
    else running--;
  };

  return {
    get running() {
      return running;
    },
    get waiting() {
      return queue.length;
    },
    async run({ deadlineMs, signal }, task) {
      const startMs = nowMs();
      if (signal.aborted) throw left();
      await turn(signal, deadlineMs);
      try {
        const leftMs = deadlineMs === undefined ? undefined : deadlineMs - (nowMs() - startMs);
        if (leftMs !== undefined && leftMs <= 0) throw late(deadlineMs!);
        return await task(leftMs);
      } finally {
        leave();
      }
    },
  };
}

const overloaded = (waiting: number): SelvedgeError =>
  new SelvedgeError('unavailable', `this edge is busy: ${waiting} requests wait already`, {
    hint: 'try again in a moment, or elsewhere',
    details: { waiting, retryAfterMs: 250 },
  });
const late = (deadlineMs: number): SelvedgeError =>
  new SelvedgeError(
    'timeout',
    `the deadline of ${deadlineMs} ms passed before there was an answer`,
  );
const left = (): SelvedgeError => new SelvedgeError('cancelled', 'the caller gave up');
