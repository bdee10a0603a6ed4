import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Carrier } from '@selvedge/core/trust';
import { makeDirectory, writeDurably } from '../store/index.ts';

/** Documents that are kept, newest first. They are a few kilobytes each. */
const maxKept = 256;

/**
 * A carrier that keeps the targets another one carried, so that a device finds its documents
 * again when it restarts without a network. A target's name starts with its hash, so a kept one
 * never changes; a damaged one is fetched again.
 */
export function cachedCarrier(carrier: Carrier, dir: string): Carrier {
  return async (path, options) => {
    const hash = /^targets\/(?:.*\/)?([0-9a-f]{64})\.[^/]*$/.exec(path)?.[1];
    if (hash === undefined) return carrier(path, options);
    const file = join(dir, hash);
    const kept = await readFile(file).catch(() => undefined);
    if (kept && sha256(kept) === hash) return { kind: 'found', bytes: kept };
    const carried = await carrier(path, options);
    if (carried.kind === 'found' && sha256(carried.bytes) === hash) {
      await makeDirectory(dir);
      await writeDurably(file, carried.bytes);
      await dropOldest(dir);
    }
    return carried;
  };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function dropOldest(dir: string): Promise<void> {
  const names = await readdir(dir);
  if (names.length <= maxKept) return;
  const dated = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(dir, name))).mtimeMs })),
  );
  dated.sort((a, b) => b.at - a.at);
  for (const { name } of dated.slice(maxKept)) await rm(join(dir, name), { force: true });
}
