/** Time as an argument: tests run years in a moment, and nothing here reads the machine's clock. */
export interface Clock {
  /** Milliseconds of a clock that never jumps; the zero means nothing. */
  now(): number;
  /** Calls back once after `delayMs`; the returned function calls it off. */
  timer(delayMs: number, callback: () => void): () => void;
}

/** The platform's monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  timer: (delayMs, callback) => {
    // A longer delay would overflow the platform's timer and fire at once.
    const handle = setTimeout(callback, Math.min(delayMs, 2 ** 31 - 1));
    return () => clearTimeout(handle);
  },
};
