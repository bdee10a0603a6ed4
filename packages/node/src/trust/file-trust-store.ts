import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TimeFloor, TrustStore } from '@selvedge/core/trust';
import { diskError, isMissing, makeDirectory, writeDurably } from '../store/index.ts';

/**
 * A trust store in a directory: `root.json`, `timestamp.json`, `snapshot.json`, `targets.json`,
 * `<owner>.<family>.json`, byte for byte as they were received, and `floor.json`. Every write is
 * durable before it resolves; a crash leaves the old file or the new one.
 *
 * @throws SelvedgeError (from its methods) `disk-full`, `io-failed`
 */
export function fileTrustStore(dir: string): TrustStore {
  const floorFile = join(dir, 'floor.json');
  const fileOf = (role: string): string => join(dir, fileName(role));

  async function write(file: string, bytes: Uint8Array | string): Promise<void> {
    await makeDirectory(dir);
    await writeDurably(file, bytes);
  }

  return {
    read: (role) => readIfThere(fileOf(role)),
    write: (role, bytes) => write(fileOf(role), bytes),
    remove: (role) => rm(fileOf(role), { force: true }),
    async readFloor() {
      const bytes = await readIfThere(floorFile);
      return bytes && parseFloor(bytes);
    },
    writeFloor: (floor) =>
      floor ? write(floorFile, JSON.stringify(floor)) : rm(floorFile, { force: true }),
  };
}

/** A role may be named anything, and `floor.json` is taken. */
const fileName = (role: string): string =>
  `${role === 'floor' ? '%66loor' : encodeURIComponent(role)}.json`;

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (caught) {
    if (isMissing(caught)) return undefined;
    throw diskError(caught, `read ${file}`);
  }
}

/** A damaged floor counts as none: the stored timestamp raises it again. */
function parseFloor(bytes: Uint8Array): TimeFloor | undefined {
  try {
    const { at, keyids } = JSON.parse(new TextDecoder().decode(bytes)) as TimeFloor;
    const sound = !Number.isNaN(Date.parse(at)) && keyids.every((id) => typeof id === 'string');
    return sound ? { at, keyids } : undefined;
  } catch {
    return undefined;
  }
}
