import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fail } from '@selvedge/core/errors';
import type { Matrix } from '../matrix/index.ts';
import type { ReadBuild } from './read-build.ts';

/**
 * The matrix of a build, where `selvedge matrix` wrote one into its directory and it speaks of the
 * variants that are published. What was judged before they were built again is left out.
 *
 * @returns without the directory of what was judged: paths of a machine say nothing to others.
 * @throws SelvedgeError `bad-input` when it is no matrix
 */
export async function releaseMatrix(
  { dir, publishable }: ReadBuild,
  say: (text: string) => void,
): Promise<Matrix | undefined> {
  const file = join(dir, 'matrix.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const matrix = parseMatrix(text, file);
  const judged = new Map(matrix.variants.map(({ id, digest }) => [id, digest]));
  const other = publishable.find(({ id, digest }) => judged.get(id) !== digest);
  if (other) {
    say(`matrix.json is not attached: it judged another ${other.id}; selvedge matrix judges anew`);
    return undefined;
  }
  const { model } = matrix;
  return {
    ...matrix,
    source: basename(matrix.source),
    model: { ...model, file: basename(model.file) },
  };
}

function parseMatrix(text: string, file: string): Matrix {
  try {
    const matrix = JSON.parse(text) as Matrix;
    if (matrix.kind === 'Matrix' && Array.isArray(matrix.variants)) return matrix;
  } catch {
    // Not JSON, which is the same to whoever reads the message.
  }
  return fail('bad-input', `${file} is no matrix`, {
    hint: 'selvedge matrix writes one; without the file, none is attached',
    details: { file },
  });
}
