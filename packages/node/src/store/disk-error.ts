import { SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';

/**
 * What a failed file operation becomes: `disk-full` for no space or no quota, `io-failed` for the
 * rest. `doing` completes the sentence "could not …". A SelvedgeError stays what it is.
 */
export function diskError(caught: unknown, doing: string): SelvedgeError {
  const code = (caught as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new SelvedgeError('disk-full', `could not ${doing}: no space left on the disk`, {
      hint: 'free some space and try again; nothing half written was kept',
      details: { errno: code },
      cause: caught,
    });
  }
  if (typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return toSelvedgeError(caught);
  return new SelvedgeError('io-failed', `could not ${doing}: ${(caught as Error).message}`, {
    hint: 'check that the path exists and that this user may write there',
    details: { errno: code },
    cause: caught,
  });
}

/** Whether a file operation failed because there is no such file. */
export const isMissing = (caught: unknown): boolean =>
  (caught as NodeJS.ErrnoException | null)?.code === 'ENOENT';
