import { randomBytes } from 'node:crypto';
import {
  constants,
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '@selvedge/core/schema';
import { canonicalJson } from '@selvedge/core/trust';
import { formatBytes } from '@selvedge/core/units';
import { hashFile } from '../inputs/index.ts';
import { digestOf } from '../source-model.ts';

/** What was made before under a key: a document, and files by name. */
export interface CacheEntry {
  readonly document: unknown;
  /** @returns undefined where the file is gone or damaged by now */
  read(file: string): Promise<Uint8Array | undefined>;
  /**
   * Puts a file at a path where nothing is: as a second name of what the cache holds, or, where the
   * file system has no such, as a copy.
   *
   * @returns false where the file is gone by now
   */
  place(file: string, path: string): Promise<boolean>;
  readonly files: readonly string[];
}

/** A file to keep that is too large to be read into memory. */
export interface FileOnDisk {
  readonly path: string;
  readonly digest: Digest;
  readonly bytes: number;
}

/**
 * Results by the digest of everything they were made from. It holds copies only: whatever of it is
 * lost is made again, so nothing here fails a build. Several builds may use one directory at once,
 * and any of them may be killed: what stands in it is whole, or is found out by its digest. A large
 * file is a second name of the build's own, and so takes no room beside it.
 */
export interface BuildCache {
  /** An entry whose document and files are all there and are what was put; otherwise undefined. */
  get(key: string): Promise<CacheEntry | undefined>;
  /** What is larger than the whole cache is not kept, nor is a file on disk that is not what it was said to be. */
  put(
    key: string,
    document: unknown,
    files: Readonly<Record<string, Uint8Array | FileOnDisk>>,
  ): Promise<void>;
  /** The first thing that went wrong or found no room, in a sentence; undefined while nothing has. */
  readonly problem: string | undefined;
}

export interface CacheOptions {
  /** Bytes of files it may hold; those longest unused go first. Default 4 GB. */
  readonly maxBytes?: number;
}

/** The form of what stands in the directory: another form has another name, and is another cache. */
const layout = 'v1';
const defaultMaxBytes = 4_000_000_000;
/** A file younger than this may belong to an entry that another build is about to write. */
const graceMs = 10 * 60_000;

/** Opens a cache in a directory, which is made when first something is put. */
export function openBuildCache(directory: string, options: CacheOptions = {}): BuildCache {
  return new DirectoryCache(join(directory, layout), options.maxBytes ?? defaultMaxBytes);
}

interface StoredFile {
  readonly digest: string;
  readonly bytes: number;
}

/** An entry's file: a line with the digest of the rest, and the rest. */
interface StoredEntry {
  readonly key: string;
  readonly document: unknown;
  readonly files: Readonly<Record<string, StoredFile>>;
}

class DirectoryCache implements BuildCache {
  readonly #entries: string;
  readonly #blobs: string;
  readonly #maxBytes: number;
  problem: string | undefined;

  constructor(directory: string, maxBytes: number) {
    this.#entries = join(directory, 'entries');
    this.#blobs = join(directory, 'blobs');
    this.#maxBytes = maxBytes;
  }

  async get(key: string): Promise<CacheEntry | undefined> {
    const entry = await this.#readEntry(key);
    if (!entry) return undefined;
    const { document, files } = entry;
    const read = async (file: string) => {
      const stored = files[file];
      return stored && this.#readBlob(stored);
    };
    for (const stored of Object.values(files)) {
      if (await this.#isWhole(stored)) continue;
      await rm(this.#entryPath(key), { force: true }).catch(() => {});
      return undefined;
    }
    const now = new Date();
    await utimes(this.#entryPath(key), now, now).catch(() => {});
    const place = async (file: string, path: string) => {
      const stored = files[file];
      if (!stored) return false;
      return linkOrCopy(this.#blobPath(stored.digest), path).then(
        () => true,
        (caught: NodeJS.ErrnoException) => {
          if (caught.code === 'ENOENT') return false;
          throw caught;
        },
      );
    };
    return { document, read, place, files: Object.keys(files) };
  }

  async put(
    key: string,
    document: unknown,
    files: Readonly<Record<string, Uint8Array | FileOnDisk>>,
  ): Promise<void> {
    const total = Object.values(files).reduce((sum, file) => sum + bytesIn(file), 0);
    if (total > this.#maxBytes) {
      this.problem ??= `not all of it is kept for the next build: it takes ${formatBytes(total)}, and the build cache holds ${formatBytes(this.#maxBytes)} (SELVEDGE_CACHE_BYTES)`;
      return;
    }
    try {
      for (const directory of [this.#entries, this.#blobs]) {
        await mkdir(directory, { recursive: true, mode: 0o700 });
      }
      const stored: Record<string, StoredFile> = {};
      for (const [name, file] of Object.entries(files)) {
        const kept = file instanceof Uint8Array ? await this.#keep(file) : await this.#link(file);
        if (!kept) return;
        stored[name] = kept;
      }
      const body = canonicalJson({ key, document, files: stored } satisfies StoredEntry);
      await writeWhole(this.#entryPath(key), `${digestOf(body)}\n${body}`);
      await this.#evict();
    } catch (caught) {
      this.problem ??= `the build cache could not be written: ${(caught as Error).message}`;
    }
  }

  #entryPath(key: string): string {
    return join(this.#entries, `${hexOf(key)}.json`);
  }

  #blobPath(digest: string): string {
    return join(this.#blobs, hexOf(digest));
  }

  async #readEntry(key: string): Promise<StoredEntry | undefined> {
    const path = this.#entryPath(key);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const end = text.indexOf('\n');
    const body = text.slice(end + 1);
    if (text.slice(0, end) === digestOf(body)) {
      const entry = JSON.parse(body) as StoredEntry;
      if (entry.key === key) return entry;
    }
    await rm(path, { force: true }).catch(() => {});
    return undefined;
  }

  async #readBlob({ digest, bytes }: StoredFile): Promise<Uint8Array | undefined> {
    const path = this.#blobPath(digest);
    const found = await readFile(path).catch(() => undefined);
    if (!found) return undefined;
    if (found.length === bytes && digestOf(found) === digest) return new Uint8Array(found);
    await rm(path, { force: true }).catch(() => {});
    return undefined;
  }

  async #isWhole({ digest, bytes }: StoredFile): Promise<boolean> {
    const path = this.#blobPath(digest);
    const found = await stat(path).catch(() => undefined);
    if (!found) return false;
    if (found.size === bytes && (await hashFile(path)) === digest) return true;
    await rm(path, { force: true }).catch(() => {});
    return false;
  }

  /** @returns undefined where the file is another by now */
  async #link({ path, digest, bytes }: FileOnDisk): Promise<StoredFile | undefined> {
    const stored = { digest, bytes };
    if (await this.#isWhole(stored)) return stored;
    const temporary = temporaryOf(this.#blobPath(digest));
    try {
      await linkOrCopy(path, temporary);
      if ((await hashFile(temporary)) !== digest) return undefined;
      await rename(temporary, this.#blobPath(digest));
      return stored;
    } finally {
      await rm(temporary, { force: true }).catch(() => {});
    }
  }

  async #keep(bytes: Uint8Array): Promise<StoredFile> {
    const digest = digestOf(bytes);
    const stored = { digest, bytes: bytes.length };
    const path = this.#blobPath(digest);
    const now = new Date();
    // Touched first: what is in use is not what another build clears away.
    const there = await utimes(path, now, now).then(
      () => this.#readBlob(stored),
      () => undefined,
    );
    if (!there) await writeWhole(path, bytes);
    return stored;
  }

  /** Drops the entries longest unused until the rest fits, then the files that none of them names. */
  async #evict(): Promise<void> {
    const kept = new Map<string, number>();
    let total = 0;
    for (const path of await newestFirst(this.#entries)) {
      const entry = await readFile(path, 'utf8').then(parseBody, () => undefined);
      const files = Object.values(entry?.files ?? {});
      const more = files.filter(({ digest }) => !kept.has(digest));
      const bytes = more.reduce((sum, file) => sum + file.bytes, 0);
      if (entry && total + bytes <= this.#maxBytes) {
        total += bytes;
        for (const file of more) kept.set(file.digest, file.bytes);
      } else await rm(path, { force: true });
    }
    const names = new Set([...kept.keys()].map(hexOf));
    const old = Date.now() - graceMs;
    for (const name of await readdir(this.#blobs)) {
      if (names.has(name)) continue;
      const path = join(this.#blobs, name);
      const found = await stat(path).catch(() => undefined);
      if (found && found.mtimeMs < old) await rm(path, { force: true });
    }
  }
}

const bytesIn = (file: Uint8Array | FileOnDisk): number =>
  file instanceof Uint8Array ? file.length : file.bytes;

/** Where the file system has no second names, or not from there, a copy; it may share its blocks. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (caught) {
    if ((caught as NodeJS.ErrnoException).code === 'ENOENT') throw caught;
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
}

const temporaryOf = (path: string): string => `${path}.${randomBytes(6).toString('hex')}.tmp`;

const hexOf = (digest: string): string => digest.slice(digest.indexOf(':') + 1);

function parseBody(text: string): StoredEntry | undefined {
  try {
    return JSON.parse(text.slice(text.indexOf('\n') + 1)) as StoredEntry;
  } catch {
    return undefined;
  }
}

async function newestFirst(directory: string): Promise<string[]> {
  const found: { path: string; at: number }[] = [];
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const at = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    found.push({ path, at });
  }
  return found.sort((a, b) => b.at - a.at).map(({ path }) => path);
}

/** A reader sees the whole file or none, whenever the writer is killed. */
async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = temporaryOf(path);
  try {
    await writeFile(temporary, bytes, { flag: 'wx', flush: true, mode: 0o600 });
    await rename(temporary, path);
    const handle = await open(join(path, '..'), 'r').catch(() => undefined);
    await handle?.sync().catch(() => {});
    await handle?.close();
  } catch (caught) {
    await rm(temporary, { force: true }).catch(() => {});
    throw caught;
  }
}
