import { rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explainDiskFailure, makeDirectories } from '../build/out/index.ts';
import { firstLine, type LineOf } from './blueprint-lines.ts';
import { junitOf } from './junit.ts';
import { formatMatrix } from './markdown.ts';
import type { Matrix } from './matrix-document.ts';
import { matrixPage } from './page/matrix-page.ts';
import { sarifOf } from './sarif.ts';

/** The forms of a matrix, by file name. The document comes first: by it a directory is known again. */
export const matrixFiles: Readonly<Record<string, (matrix: Matrix, lineOf?: LineOf) => string>> = {
  'matrix.json': (matrix) => `${JSON.stringify(matrix, null, 2)}\n`,
  'matrix.md': (matrix) => formatMatrix(matrix),
  'matrix.html': (matrix) => matrixPage(matrix),
  'matrix.junit.xml': (matrix) => junitOf(matrix),
  'matrix.sarif': (matrix, lineOf) => `${JSON.stringify(sarifOf(matrix, lineOf), null, 2)}\n`,
};

/**
 * Writes the matrix into a directory, in every form: all are written before the first takes its place,
 * and each file is whole or as it was before.
 *
 * @param lineOf where the blueprint names what is judged
 * @throws SelvedgeError `bad-input` where OUT cannot be a directory, `io-failed`, `disk-full`
 */
export async function writeMatrix(
  out: string,
  matrix: Matrix,
  lineOf: LineOf = firstLine,
): Promise<void> {
  const staged = (name: string) => join(out, `${name}.${process.pid}`);
  const names = Object.keys(matrixFiles);
  let made: readonly string[] = [];
  try {
    made = await makeDirectories(out);
    for (const name of names) await writeFile(staged(name), matrixFiles[name]!(matrix, lineOf));
    for (const name of names) await rename(staged(name), join(out, name));
  } catch (caught) {
    for (const name of names) await rm(staged(name), { force: true }).catch(() => {});
    for (const level of made.toReversed()) await rmdir(level).catch(() => {});
    await explainDiskFailure(caught as NodeJS.ErrnoException, out);
  }
}
