import { spawn } from 'node:child_process';
import { SelvedgeError } from '@selvedge/core/errors';
import { type Io, reportError } from './io.ts';

/** So long may what was asked to stop take to leave things in order. */
const graceMs = 1_000;

/** So long may the process itself take to end once all is in order. */
const endingMs = 300;

/**
 * A signal that aborts when somebody asks this process to stop (SIGINT, SIGTERM). Work that does not
 * look at it in time is ended with the process, whose exit handlers clear up; a second request ends it
 * at once. Where the process cannot end by itself (a thread that waits for a file system waits in
 * `exit` too, as libuv joins its threads), it is killed, cleared up all the same.
 */
export function interruption(io: Pick<Io, 'json'>): AbortSignal {
  const interrupted = new AbortController();
  const end = (): never => {
    // The last of the handlers: the others have cleared up by then.
    process.on('exit', killUnlessEnded);
    process.exit(reportError(new SelvedgeError('cancelled', 'it was interrupted'), io));
  };
  const stop = (): void => {
    if (interrupted.signal.aborted) end();
    interrupted.abort();
    setTimeout(end, graceMs).unref();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return interrupted.signal;
}

/** Another process sees this one's end at the pipe between them, and kills it where that does not come. */
function killUnlessEnded(): void {
  const watch = `
    process.stdin.on('end', () => process.exit()).resume();
    setTimeout(() => process.kill(${process.pid}, 'SIGKILL'), ${endingMs});`;
  const stdio: ('pipe' | 'ignore')[] = ['pipe', 'ignore', 'ignore'];
  spawn(process.execPath, ['-e', watch], { stdio, env: {} });
}
