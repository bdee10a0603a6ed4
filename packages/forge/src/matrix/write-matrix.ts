import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explainDiskFailure, makeDirectories } from '../build/out/index.ts';
import { junitOf } from './junit.ts';
import { formatMatrix } from './markdown.ts';
import type { Matrix } from './matrix-document.ts';
import { matrixPage } from './page/matrix-page.ts';
import { sarifOf } from './sarif.ts';

/** The forms of a matrix, by file name. */
export const matrixFiles: Readonly<Record<string, (matrix: Matrix) => string>> = {
  'matrix.md': formatMatrix,
  'matrix.html': matrixPage,
  'matrix.junit.xml': junitOf,
  'matrix.sarif': (matrix) => `${JSON.stringify(sarifOf(matrix), null, 2)}\n`,
  'matrix.json': (matrix) => `${JSON.stringify(matrix, null, 2)}\n`,
};

/**
 * Writes the matrix into a directory, in every form; each file is whole or as it was before.
 *
 * @throws SelvedgeError `bad-input` where OUT cannot be a directory, `io-failed`, `disk-full`
 */
export async function writeMatrix(out: string, matrix: Matrix): Promise<void> {
  try {
    await makeDirectories(out);
    for (const [name, form] of Object.entries(matrixFiles)) {
      const path = join(out, name);
      const staged = `${path}.${process.pid}`;
      await writeFile(staged, form(matrix));
      await rename(staged, path);
    }
  } catch (caught) {
    await explainDiskFailure(caught as NodeJS.ErrnoException, out);
  }
}
