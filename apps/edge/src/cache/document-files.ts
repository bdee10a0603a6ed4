import { createHash } from 'node:crypto';
import { opendir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, makeDirectory, writeDurably } from '@selvedge/node/store';
import type { Document } from './document.ts';
import { createLru, type Lru } from './lru.ts';

/** Kept documents on disk: what a restarted edge knows. */
export interface DocumentFiles {
  readonly count: number;
  read(key: string): Promise<Document | undefined>;
  write(key: string, document: Document): Promise<void>;
}

/** The oldest written go first; far more than a fabric's metadata ever is. */
const defaultMaxBytes = 512 * 1024 * 1024;

/**
 * A directory with a file per document: a line of JSON (key, headers, time, digest of the body),
 * then the body. A file whose digest does not fit counts as absent.
 */
export async function openDocumentFiles(
  dir: string,
  maxBytes = defaultMaxBytes,
): Promise<DocumentFiles> {
  await makeDirectory(dir);
  const files = await listFiles(dir);
  const pathOf = (key: string) => join(dir, `${sha256(key)}.doc`);
  return {
    get count() {
      return files.count;
    },
    async read(key) {
      try {
        return parse(await readFile(pathOf(key)), key);
      } catch (caught) {
        if (isMissing(caught)) return undefined;
        throw caught;
      }
    },
    async write(key, { headers, body, validatedAt }) {
      const line = `${JSON.stringify({ key, headers, validatedAt, sha256: sha256(body) })}\n`;
      const path = pathOf(key);
      await writeDurably(path, Buffer.concat([Buffer.from(line), body]));
      files.touch(path, line.length + body.length);
      for (const old of files.surplus(maxBytes)) {
        files.forget(old);
        await rm(old, { force: true });
      }
    },
  };
}

function parse(file: Buffer, key: string): Document | undefined {
  const newline = file.indexOf(10);
  const body = file.subarray(newline + 1);
  try {
    const line = JSON.parse(file.toString('utf8', 0, newline));
    if (line.key !== key || line.sha256 !== sha256(body)) return undefined;
    return { headers: line.headers, validatedAt: line.validatedAt, body };
  } catch {
    return undefined;
  }
}

/** Sizes in the order of writing; what a crash left half written is removed. */
async function listFiles(dir: string): Promise<Lru> {
  const found: { path: string; size: number; mtimeMs: number }[] = [];
  for await (const { name } of await opendir(dir)) {
    const path = join(dir, name);
    if (name.endsWith('.doc')) found.push({ path, ...(await stat(path)) });
    else await rm(path, { force: true });
  }
  const files = createLru();
  for (const { path, size } of found.sort((a, b) => a.mtimeMs - b.mtimeMs)) files.touch(path, size);
  return files;
}

const sha256 = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');
