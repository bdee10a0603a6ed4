import { toSelvedgeError } from '@selvedge/core/errors';
import type { Logger } from '@selvedge/node/telemetry';

/** Regular polls that can be stopped. */
export interface Polling {
  /** Ends the one under way and waits for it. */
  stop(): Promise<void>;
}

/**
 * Polls at once and then every `seconds`, spread by a fifth so that a thousand edges do not ask
 * together. Failures are logged once until they change: an upstream may be away for days.
 */
export function pollRegularly(
  poll: (signal: AbortSignal) => Promise<unknown>,
  seconds: number,
  log: Logger,
): Polling {
  if (seconds <= 0) return { stop: async () => {} };
  const stopping = new AbortController();
  let said = '';
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const once = async (): Promise<void> => {
    try {
      await poll(stopping.signal);
      said = '';
    } catch (caught) {
      const { code, message } = toSelvedgeError(caught);
      if (message !== said && !stopping.signal.aborted) log.warn({ code }, message);
      said = message;
    }
    if (stopping.signal.aborted) return;
    timer = setTimeout(go, seconds * 1000 * (0.9 + Math.random() * 0.2)).unref();
  };
  const go = (): void => {
    running = once();
  };
  go();
  return {
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
