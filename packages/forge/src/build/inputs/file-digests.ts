import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Digest } from '@selvedge/core/schema';
import { throwIfAborted } from './input-files.ts';

/** Digests of files, each read through once however many ask: what is large is read a piece at a time. */
export interface FileDigests {
  /**
   * @returns undefined where it cannot be read, or would not end
   * @throws SelvedgeError `cancelled`
   */
  of(path: string, signal?: AbortSignal): Promise<Digest | undefined>;
}

export function openFileDigests(): FileDigests {
  const known = new Map<string, Promise<Digest | undefined>>();
  return {
    of(path, signal) {
      const digest = known.get(path) ?? hashFile(path, signal);
      known.set(path, digest);
      return digest;
    },
  };
}

/** As `FileDigests.of`, of the file as it is now. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<Digest | undefined> {
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
