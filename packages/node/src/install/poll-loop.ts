/** A task that repeats until it is stopped. */
export interface PollLoop {
  /** Ends the turn under way, and waits for it. */
  stop(): Promise<void>;
}

/** The longest wait after failures, as a multiple of the ordinary one. */
const longestBackoff = 10;

/**
 * Runs `task` at once and then again and again, never twice at a time. Waits are spread by a fifth
 * either way, so that machines that started together do not stay together; after a failure
 * (`false`, or an exception) they double, up to ten times `seconds`.
 *
 * @param seconds 0: never, for who polls when told.
 * @param task its signal is aborted when the loop is stopped.
 */
export function pollLoop(
  seconds: number,
  task: (signal: AbortSignal) => Promise<boolean>,
): PollLoop {
  if (seconds <= 0) return { stop: async () => {} };
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let backoff = 1;
  const turn = async (): Promise<void> => {
    const went = await task(stopping.signal).catch(() => false);
    if (stopping.signal.aborted) return;
    backoff = went ? 1 : Math.min(backoff * 2, longestBackoff);
    const wait = seconds * 1000 * backoff * (0.8 + 0.4 * Math.random());
    timer = setTimeout(() => {
      running = turn();
    }, wait);
  };
  let running = turn();
  return {
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
