import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ListSource } from '@selvedge/onnx';
import type { SourceFile } from './sources.ts';

/** What a source holds: texts by path (one, unless it is a directory), and where they come from. */
export interface Source {
  readonly files: ReadonlyMap<string, string>;
  readonly origin: ListSource;
}

/**
 * Reads a source out of a directory that holds `owner+name/path` for every repository. Of a
 * directory all C++ sources are read, and the hash is that of their names and hashes, in order.
 */
export function readSource(directory: string, { repository, commit, path }: SourceFile): Source {
  const root = join(directory, repository.replace('/', '+'), path);
  const origin = { repository, path, commit };
  if (!statSync(root).isDirectory()) {
    const bytes = readFileSync(root);
    const files = new Map([[path, bytes.toString('utf8')]]);
    return { files, origin: { ...origin, sha256: sha256(bytes) } };
  }
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.cc') || name.endsWith('.h'))
    .sort();
  const files = new Map(names.map((name) => [name, readFileSync(join(root, name), 'utf8')]));
  const listing = [...files].map(([name, text]) => `${sha256(text)}  ${name}\n`).join('');
  return { files, origin: { ...origin, sha256: sha256(listing) } };
}

export const textOf = ({ files }: Source): string => [...files.values()].join('\n');

const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');
