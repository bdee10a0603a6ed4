import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ListSource } from '@selvedge/onnx';
import type { SourceFile } from './sources.ts';

/** What a source holds: bytes by path (one, unless it is a directory), and where they come from. */
export interface Source {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly origin: ListSource;
}

/**
 * Reads a source out of a directory that holds `owner+name/path` for every repository. Of a
 * directory all C++ sources and models are read, and the hash is that of their names and hashes, in order.
 */
export function readSource(
  directory: string,
  { repository, commit, path, kept }: SourceFile,
): Source {
  const root = kept
    ? fileURLToPath(new URL(kept, import.meta.url))
    : join(directory, repository.replace('/', '+'), path);
  const origin = { repository, path, commit };
  if (!statSync(root).isDirectory()) {
    const bytes = readFileSync(root);
    const files = new Map([[path, bytes as Uint8Array]]);
    return { files, origin: { ...origin, sha256: sha256(bytes) } };
  }
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:cc|h|onnx)$/.test(name))
    .sort();
  const files = new Map(names.map((name) => [name, readFileSync(join(root, name)) as Uint8Array]));
  const listing = [...files].map(([name, bytes]) => `${sha256(bytes)}  ${name}\n`).join('');
  return { files, origin: { ...origin, sha256: sha256(listing) } };
}

/** Its files as text, by path. */
export const textsOf = ({ files }: Source): Map<string, string> =>
  new Map([...files].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]));

export const textOf = (source: Source): string => [...textsOf(source).values()].join('\n');

const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');
