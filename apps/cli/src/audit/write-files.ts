import { lstat, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail } from '@selvedge/core/errors';

/** A file to be, and its text. */
export interface NewFile {
  readonly file: string;
  readonly text: string;
}

/** Writes a report, in the place of an earlier one. */
export const writeReport = (file: string, text: string): Promise<void> =>
  writeFile(file, text).catch((cause: unknown) => notWritten(file, cause));

/**
 * Writes files that are not there yet, and their directories: all of them, or none, so that what
 * failed can be tried again.
 *
 * @throws SelvedgeError `usage` where one is there already, or a directory cannot be; `io-failed`
 */
export async function writeNewFiles(files: readonly NewFile[]): Promise<void> {
  for (const { file } of files) if (await isThere(file)) refuseToReplace(file);
  const written: string[] = [];
  try {
    for (const { file, text } of files) {
      await mkdir(dirname(file), { recursive: true }).catch((cause) => notWritten(file, cause));
      await writeNew(file, text, () => written.push(file));
    }
  } catch (error) {
    await Promise.all(written.map((file) => rm(file, { force: true })));
    throw error;
  }
}

async function writeNew(file: string, text: string, onMade: () => void): Promise<void> {
  try {
    await writeFile(file, '', { flag: 'wx' });
    onMade();
    await writeFile(file, text);
  } catch (cause) {
    notWritten(file, cause);
  }
}

const isThere = (file: string): Promise<boolean> =>
  lstat(file).then(
    () => true,
    () => false,
  );

const refuseToReplace = (file: string, cause?: unknown): never =>
  fail('usage', `${file} is there already`, {
    hint: 'move it away, or give another directory: drafts never replace a file',
    details: { file },
    cause,
  });

const wrongPlaces: Readonly<Record<string, string>> = {
  ENOENT: 'its directory is not there',
  ENOTDIR: 'something on the way to it is no directory',
  EISDIR: 'it is a directory',
  ENAMETOOLONG: 'its name is too long',
};

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
};

function notWritten(file: string, cause: unknown): never {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  if (code === 'EEXIST') refuseToReplace(file, cause);
  const wrong = wrongPlaces[code];
  if (wrong !== undefined)
    fail('usage', `${file} cannot be written: ${wrong}`, {
      hint: 'give a file in a directory that is there',
      details: { file, errno: code },
      cause,
    });
  return fail('io-failed', `${file} cannot be written: ${reasons[code] ?? message}`, {
    hint: 'check the disk and the rights to the path, then run it again',
    details: { file, errno: code },
    cause,
  });
}
