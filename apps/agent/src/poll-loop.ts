/** A task that repeats until it is stopped. */
export interface PollLoop {
  stop(): void;
}

/** The longest wait after failures, as a multiple of the ordinary one. */
const longestBackoff = 10;

/**
 * Runs `task` at once and then again and again, never twice at a time. Waits are spread by a fifth
 * either way, so that devices that started together do not stay together; after a failure
 * (`false`) they double.
 */
export function pollLoop(seconds: number, task: () => Promise<boolean>): PollLoop {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let backoff = 1;
  const turn = async (): Promise<void> => {
    const went = await task().catch(() => false);
    if (stopped) return;
    backoff = went ? 1 : Math.min(backoff * 2, longestBackoff);
    timer = setTimeout(() => void turn(), seconds * 1000 * backoff * (0.8 + 0.4 * Math.random()));
  };
  void turn();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
