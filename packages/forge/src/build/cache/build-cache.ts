import { randomBytes } from 'node:crypto';
import {
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
import { canonicalJson } from '@selvedge/core/trust';
import { digestOf } from '../source-model.ts';

/** What was made before under a key: a document, and files by name. */
export interface CacheEntry {
  readonly document: unknown;
  /** @returns undefined where the file is gone or damaged by now */
  read(file: string): Promise<Uint8Array | undefined>;
  readonly files: readonly string[];
}

/**
 * Results by the digest of everything they were made from. It holds copies only: whatever of it is
 * lost is made again, so nothing here fails a build. Several builds may use one directory at once,
 * and any of them may be killed: what stands in it is whole, or is found out by its digest.
 */
export interface BuildCache {
  /** An entry whose document and files are all there and are what was put; otherwise undefined. */
  get(key: string): Promise<CacheEntry | undefined>;
  put(key: string, document: unknown, files: Readonly<Record<string, Uint8Array>>): Promise<void>;
  /** The first thing that went wrong, in a sentence; undefined while nothing has. */
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
    for (const file of Object.keys(files)) {
      if (await read(file)) continue;
      await rm(this.#entryPath(key), { force: true }).catch(() => {});
      return undefined;
    }
    const now = new Date();
    await utimes(this.#entryPath(key), now, now).catch(() => {});
    return { document, read, files: Object.keys(files) };
  }

  async put(
    key: string,
    document: unknown,
    files: Readonly<Record<string, Uint8Array>>,
  ): Promise<void> {
    const total = Object.values(files).reduce((sum, { length }) => sum + length, 0);
    if (total > this.#maxBytes / 2) return;
    try {
      for (const directory of [this.#entries, this.#blobs]) {
        await mkdir(directory, { recursive: true, mode: 0o700 });
      }
      const stored: Record<string, StoredFile> = {};
      for (const [file, bytes] of Object.entries(files)) stored[file] = await this.#keep(bytes);
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
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
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
