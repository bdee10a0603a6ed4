import { createHash } from 'node:crypto';
import type { Digest } from '@selvedge/core/schema';
import type { BuildInput, FileDigests } from '../inputs/index.ts';

/**
 * Of an input's files under their names.
 *
 * @returns undefined where one cannot be read, or would not end: the build says itself what is wrong
 * @throws SelvedgeError `cancelled`
 */
export async function digestInput(
  { files }: BuildInput,
  digests: FileDigests,
  signal: AbortSignal | undefined,
): Promise<Digest | undefined> {
  const all = createHash('sha256');
  if (files.length === 0) return undefined;
  for (const [name, path] of files) {
    const digest = await digests.of(path, signal);
    if (digest === undefined) return undefined;
    all.update(`${name}\0${digest}\n`);
  }
  return `sha256:${all.digest('hex')}`;
}
