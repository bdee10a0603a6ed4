import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Digest } from '@selvedge/core/schema';

/**
 * Digests of what a build reads, for the key of its cache. Each is undefined where something cannot
 * be read: such a build is not looked up, and says itself what is missing.
 */

/** Of a file or, for a directory, of the data in it: names and contents. */
export async function digestPath(path: string): Promise<Digest | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return undefined;
  if (!found.isDirectory()) return hashFile(path);
  const names = (await readdir(path)).filter((name) => /\.(npy|npz|json)$/.test(name)).sort();
  return hashFiles(names.map((name) => [name, join(path, name)]));
}

/** Of several files under the names that stand for them. */
export async function hashFiles(
  files: readonly (readonly [name: string, path: string])[],
): Promise<Digest | undefined> {
  const all = createHash('sha256');
  for (const [name, path] of files) {
    const digest = await hashFile(path);
    if (digest === undefined) return undefined;
    all.update(`${name}\0${digest}\n`);
  }
  return `sha256:${all.digest('hex')}`;
}

/** Of an author's module and the modules beside it that it imports. */
export async function digestModule(path: string): Promise<Digest | undefined> {
  const waiting = [resolve(path)];
  const seen = new Set<string>();
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    seen.add(file);
    for (const [, imported] of text.matchAll(
      /(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g,
    )) {
      waiting.push(resolve(dirname(file), imported as string));
    }
  }
  return hashFiles([...seen].sort().map((file) => [file, file]));
}

async function hashFile(path: string): Promise<Digest | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      hash.update(chunk as Uint8Array);
    }
  } catch {
    return undefined;
  }
  return `sha256:${hash.digest('hex')}`;
}
