import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail, toSelvedgeError } from '@selvedge/core/errors';
import { formatBytes } from '@selvedge/core/units';

/**
 * Throws what a failed file operation in a build directory means: a path that cannot be a directory
 * is bad input; a full, read-only or forbidden disk is outside and may be tried again.
 *
 * @param needed bytes that were to be written, where that is known
 */
export async function explainDiskFailure(
  cause: NodeJS.ErrnoException,
  path: string,
  needed?: number,
): Promise<never> {
  const { code = '' } = cause;
  if (code === 'ENOSPC' || code === 'EDQUOT') return failFull(cause, path, needed);
  if (code in notDirectories) {
    return fail('bad-input', `${cause.path ?? path} ${notDirectories[code]}`, {
      hint: 'give --out a directory',
      details: { file: path, errno: code },
      cause,
    });
  }
  if (!/^E[A-Z0-9]+$/.test(code)) throw toSelvedgeError(cause, 'io-failed');
  return fail('io-failed', `${path} cannot be written: ${reasons[code] ?? cause.message}`, {
    hint: 'check the disk and the rights to the path, then run it again',
    details: { file: path, errno: code },
    cause,
  });
}

const notDirectories: Readonly<Record<string, string>> = {
  EEXIST: 'is not a directory',
  ENOTDIR: 'is not a directory',
  ENAMETOOLONG: 'is too long a name',
  ELOOP: 'is a symbolic link to itself',
};

const reasons: Readonly<Record<string, string>> = {
  EROFS: 'the disk is read-only',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  ENOENT: 'there can be no directory of that name',
};

async function failFull(cause: Error, path: string, needed: number | undefined): Promise<never> {
  const disk = await statfs(dirname(path)).catch(() => undefined);
  const freeBytes = disk && disk.bavail * disk.bsize;
  const facts = [
    ...(needed === undefined ? [] : [`it takes ${formatBytes(needed)}`]),
    ...(freeBytes === undefined ? [] : [`${formatBytes(freeBytes)} are free`]),
  ];
  const told = facts.length > 0 ? `: ${facts.join(', and ')}` : '';
  return fail('disk-full', `no room on the disk for ${path}${told}`, {
    hint: 'free some space and run it again',
    details: {
      file: path,
      ...(needed !== undefined && { neededBytes: needed }),
      ...(freeBytes !== undefined && { freeBytes }),
    },
    cause,
  });
}
