import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '@selvedge/core/errors';
import { matrixFiles } from './write-matrix.ts';

/**
 * A matrix replaces the one before it. What stands under its files' names and is of no matrix would be
 * gone, so it is refused before anything is built.
 *
 * @throws SelvedgeError `bad-input` naming the file and the directory
 */
export async function refuseForeignFiles(out: string): Promise<void> {
  const found = Object.keys(matrixFiles).find((name) => existsSync(join(out, name)));
  if (found === undefined || (await holdsMatrix(join(out, 'matrix.json')))) return;
  fail('bad-input', `${out} holds ${found}, which no matrix made and this one would replace`, {
    hint: 'give another --out, or move it away',
    details: { file: join(out, found), out },
  });
}

async function holdsMatrix(path: string): Promise<boolean> {
  try {
    if (!(await stat(path)).isFile()) return false;
    return (JSON.parse(await readFile(path, 'utf8')) as { kind?: unknown }).kind === 'Matrix';
  } catch {
    return false;
  }
}
