import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
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

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a directory';
  if (found.isFIFO()) return 'a pipe';
  return found.isSocket() ? 'a socket' : 'a device';
}
