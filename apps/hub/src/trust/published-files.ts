import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { diskError, makeDirectory, temporarySuffix } from '@selvedge/node/store';
import { completePlan, type NewFile, publishPlanned } from './publishing-plan.ts';

/** One file under `/trust/`, ready to be sent. */
export interface PublishedFile {
  readonly bytes: Uint8Array;
  /** Strong (RFC 9110 §8.8.3): the hash of the bytes. */
  readonly etag: string;
}

/**
 * What stands under `/trust/`: all of it on the disk; in memory what is current, so that a poll
 * touches neither disk nor database. What is older is read when somebody asks for it.
 */
export interface PublishedFiles {
  /** A current file. */
  get(path: string): PublishedFile | undefined;
  /** Any published file. @throws SelvedgeError `io-failed` */
  read(path: string): Promise<PublishedFile | undefined>;
  /** Versions of a role's metadata that are there, in ascending order. */
  versions(role: string): Promise<number[]>;
  /** How many files are in memory. */
  readonly held: number;
  /** From now on these files and no others are held in memory. */
  hold(paths: Iterable<string>): Promise<void>;
  /**
   * Publishes files as one change, in their order, the timestamp last: after a crash a restart
   * completes it; when it fails, nothing of it was published, and nothing will be.
   * @throws SelvedgeError `disk-full`, `io-failed`
   */
  publish(files: readonly NewFile[]): Promise<void>;
  /** Takes away what nobody needs any more. */
  remove(paths: readonly string[]): Promise<void>;
}

/** Opens `dir` and completes a change that a crash interrupted. */
export async function openPublishedFiles(dir: string): Promise<PublishedFiles> {
  await makeDirectory(dir);
  await removeUnfinished(dir);
  await completePlan(dir);
  const memory = new Map<string, PublishedFile>();
  let hidden: ReadonlySet<string> = new Set();

  const read = async (path: string): Promise<PublishedFile | undefined> => {
    const current = memory.get(path);
    if (current || hidden.has(path) || !isPublic(path)) return current;
    const bytes = await readBytes(join(dir, path));
    return bytes && served(bytes);
  };
  return {
    get: (path) => memory.get(path),
    read,
    async versions(role) {
      const names = (await readdir(dir)).filter((name) => !hidden.has(name));
      return versionsAmong(names, role);
    },
    get held() {
      return memory.size;
    },
    async hold(paths) {
      const wanted = new Set(paths);
      for (const path of memory.keys()) if (!wanted.has(path)) memory.delete(path);
      for (const path of wanted) {
        const file = await read(path);
        if (file) memory.set(path, file);
      }
    },
    async publish(change) {
      // Not seen before it is whole: a device could follow a root that is then taken back.
      hidden = new Set(change.map(({ path }) => path));
      try {
        await publishPlanned(dir, change);
      } finally {
        hidden = new Set();
      }
      for (const { path, bytes } of change) memory.set(path, served(bytes));
    },
    async remove(paths) {
      for (const path of paths) {
        memory.delete(path);
        await rm(join(dir, path), { force: true });
      }
    },
  };
}

/** Metadata with a version, the timestamp, and targets: nothing else in the directory is public. */
function isPublic(path: string): boolean {
  if (!path.split('/').every((segment) => /^[\w%-][\w.%-]*$/.test(segment))) return false;
  return /^(timestamp|[1-9]\d*\.[^/]+)\.json$|^targets\/.+\.json$/.test(path);
}

function versionsAmong(names: readonly string[], role: string): number[] {
  const end = `.${encodeURIComponent(role)}.json`;
  return names
    .filter((name) => name.endsWith(end) && /^[1-9]\d*$/.test(name.slice(0, -end.length)))
    .map((name) => Number(name.slice(0, -end.length)))
    .sort((a, b) => a - b);
}

const served = (bytes: Uint8Array): PublishedFile => ({
  bytes,
  etag: `"${createHash('sha256').update(bytes).digest('base64url')}"`,
});

async function readBytes(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (caught) {
    const { code = '' } = caught as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG'].includes(code)) return undefined;
    throw diskError(caught, `read ${path}`);
  }
}

/** What a crash left half written. */
async function removeUnfinished(dir: string): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true })) {
    if (entry.isFile() && entry.name.endsWith(temporarySuffix))
      await rm(join(entry.parentPath, entry.name));
  }
}
