import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Carrier } from '@selvedge/core/trust';
import { makeDirectory, temporarySuffix, writeDurably } from '../store/index.ts';

export interface DocumentCacheOptions {
  /** Made with the first document. */
  readonly dir: string;
  /** What is kept beyond the listed ones goes when they all have more bytes. Default 64 MiB. */
  readonly maxBytes?: number;
  /** SHA-256, in hex, of the documents that current metadata lists: none of them goes. */
  readonly listed: () => Promise<ReadonlySet<string>>;
}

/**
 * Makes carriers keep the targets that they carry, so that a device finds its documents again when
 * it restarts without a network. A target's name starts with its hash, so a kept one never changes;
 * a damaged one is fetched again. What cannot be kept is carried all the same.
 */
export function documentCache(options: DocumentCacheOptions): (carrier: Carrier) => Carrier {
  const { dir } = options;
  const keep = keeper(options);
  return (carrier) => async (path, request) => {
    const hash = /^targets\/(?:.*\/)?([0-9a-f]{64})\.[^/]*$/.exec(path)?.[1];
    if (hash === undefined) return carrier(path, request);
    const kept = await readFile(join(dir, hash)).catch(() => undefined);
    if (kept && sha256(kept) === hash) return { kind: 'found', bytes: new Uint8Array(kept) };
    const carried = await carrier(path, request);
    if (carried.kind === 'found' && sha256(carried.bytes) === hash) {
      // A full disk is no reason to go without what has arrived.
      await keep(hash, carried.bytes).catch(() => {});
    }
    return carried;
  };
}

const defaultMaxBytes = 64 * 1024 * 1024;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function keeper({ dir, maxBytes = defaultMaxBytes, listed }: DocumentCacheOptions) {
  let size: number | undefined;
  /** Grows where the listed ones alone are more. */
  let sweepAbove = maxBytes;
  return async (hash: string, bytes: Uint8Array): Promise<void> => {
    await makeDirectory(dir);
    size ??= await tidy(dir);
    await writeDurably(join(dir, hash), bytes);
    size += bytes.length;
    if (size <= sweepAbove) return;
    // With room for more, so that not every new one looks through them all.
    size = await dropOldest(dir, maxBytes * 0.75, new Set([...(await listed()), hash]));
    sweepAbove = Math.max(maxBytes, size * 1.25);
  };
}

/** Removes what a crash left half written; gives the bytes that are there. */
async function tidy(dir: string): Promise<number> {
  for (const name of await readdir(dir)) {
    if (name.endsWith(temporarySuffix)) await rm(join(dir, name), { force: true });
  }
  return total(await kept(dir));
}

/** Removes the oldest documents that are not to stay; gives the bytes that are left. */
async function dropOldest(
  dir: string,
  maxBytes: number,
  stay: ReadonlySet<string>,
): Promise<number> {
  const files = await kept(dir);
  let size = total(files);
  for (const file of files.sort((a, b) => a.at - b.at)) {
    if (size <= maxBytes) break;
    if (stay.has(file.name)) continue;
    await rm(join(dir, file.name), { force: true });
    size -= file.bytes;
  }
  return size;
}

interface KeptFile {
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

async function kept(dir: string): Promise<KeptFile[]> {
  const names = (await readdir(dir)).filter((name) => /^[0-9a-f]{64}$/.test(name));
  return Promise.all(
    names.map(async (name) => {
      const { size: bytes, mtimeMs: at } = await stat(join(dir, name));
      return { name, bytes, at };
    }),
  );
}

const total = (files: readonly KeptFile[]): number =>
  files.reduce((sum, { bytes }) => sum + bytes, 0);
