import { link, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { fail } from '@selvedge/core/errors';
import { diskError, isMissing } from './disk-error.ts';

/**
 * Lays files out in a directory under the names that somebody expects, as further names of the
 * same bytes: nothing is copied. What stands there already and is that file stays, since it may be
 * mapped.
 *
 * @param files where each stands now, by its path in the directory.
 * @returns false where the file system has no hard links.
 * @throws SelvedgeError `bad-document` for a path that leads out of the directory, `io-failed`
 */
export async function linkFiles(
  dir: string,
  files: Readonly<Record<string, string>>,
): Promise<boolean> {
  for (const [name, from] of Object.entries(files)) {
    const path = join(dir, within(name));
    try {
      if (await isSameFile(from, path)) continue;
      await mkdir(dirname(path), { recursive: true });
      const staged = `${path}.${process.pid}`;
      await rm(staged, { force: true });
      await link(from, staged);
      await rename(staged, path);
    } catch (caught) {
      const { code } = caught as NodeJS.ErrnoException;
      if (code === 'EPERM' || code === 'ENOTSUP' || code === 'EXDEV') return false;
      throw diskError(caught, `link ${path}`);
    }
  }
  return true;
}

function within(name: string): string {
  const path = normalize(name);
  if (name !== '' && !isAbsolute(path) && path.split(sep)[0] !== '..') return path;
  return fail('bad-document', `a file named ${JSON.stringify(name)} leads out of its directory`);
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([
    stat(one),
    stat(other).catch((caught) => (isMissing(caught) ? undefined : Promise.reject(caught))),
  ]);
  return b !== undefined && a.ino === b.ino && a.dev === b.dev;
}
