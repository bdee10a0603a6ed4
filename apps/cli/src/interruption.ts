import { SelvedgeError } from '@selvedge/core/errors';
import { type Io, reportError } from './io.ts';

/** So long may what was asked to stop take to leave things in order. */
const graceMs = 1_500;

/**
 * A signal that aborts when somebody asks this process to stop (SIGINT, SIGTERM). Work that does not
 * look at it in time is ended with the process, whose exit handlers clear up; a second request ends it
 * at once.
 */
export function interruption(io: Pick<Io, 'json'>): AbortSignal {
  const interrupted = new AbortController();
  const end = (): never =>
    process.exit(reportError(new SelvedgeError('cancelled', 'it was interrupted'), io));
  const stop = (): void => {
    if (interrupted.signal.aborted) end();
    interrupted.abort();
    setTimeout(end, graceMs).unref();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return interrupted.signal;
}
