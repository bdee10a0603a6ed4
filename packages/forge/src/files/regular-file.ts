import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { type ErrorCode, fail } from '@selvedge/core/errors';

/**
 * What is known of a file that is about to be read to its end. A device never ends, and a pipe waits
 * for whoever writes to it.
 *
 * @returns undefined where there is nothing
 * @throws SelvedgeError `code` for a directory, pipe, socket or device
 */
export async function statRegular(path: string, code: ErrorCode): Promise<Stats | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found || found.isFile()) return found;
  return fail(code, `${path} is ${kindOf(found)}`, {
    hint: 'expected a regular file',
    details: { file: path },
  });
}

/** What is said of a file that cannot be read. */
export interface Refusal {
  readonly code: ErrorCode;
  /** What to do; of what is no regular file that is said instead. */
  readonly hint: string;
  /** What the file is called in the message. Default: its path. */
  readonly name?: string;
  /** Of what is no regular file. Default: `code`. */
  readonly irregular?: ErrorCode;
}

/**
 * The text of a file that somebody named.
 *
 * @throws SelvedgeError `code`; `irregular` for a directory, pipe, socket or device
 */
export async function readRegularText(
  file: string,
  { code, hint, name = file, irregular = code }: Refusal,
): Promise<string> {
  await statRegular(file, irregular);
  return readFile(file, 'utf8').catch((cause: unknown) =>
    fail(code, `${name} cannot be read`, { hint, details: { file }, cause }),
  );
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a directory';
  if (found.isFIFO()) return 'a pipe';
  return found.isSocket() ? 'a socket' : 'a device';
}
