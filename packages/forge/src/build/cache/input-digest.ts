import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Digest } from '@selvedge/core/schema';
import { type BuildInput, throwIfAborted } from '../inputs/index.ts';

/**
 * Of an input's files under their names.
 *
 * @returns undefined where one cannot be read, or would not end: the build says itself what is wrong
 * @throws SelvedgeError `cancelled`
 */
export async function digestInput(
  { files }: BuildInput,
  signal: AbortSignal | undefined,
): Promise<Digest | undefined> {
  const all = createHash('sha256');
  if (files.length === 0) return undefined;
  for (const [name, path] of files) {
    const digest = await hashFile(path, signal);
    if (digest === undefined) return undefined;
    all.update(`${name}\0${digest}\n`);
  }
  return `sha256:${all.digest('hex')}`;
}

async function hashFile(
  path: string,
  signal: AbortSignal | undefined,
): Promise<Digest | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) {
      hash.update(chunk as Uint8Array);
    }
  } catch {
    throwIfAborted(signal);
    return undefined;
  }
  return `sha256:${hash.digest('hex')}`;
}
