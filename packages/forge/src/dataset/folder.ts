import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fail } from '@selvedge/core/errors';
import type { Digest, TensorSpec } from '@selvedge/core/schema';
import { statRegular } from '../files/index.ts';
import { fileNameOf } from './file-name.ts';
import { readNpz } from './npz.ts';
import { fileRows, memoryRows, type RowSource } from './row-source.ts';

/** Named arrays, wherever they stand: a directory, an `.npz`, a single `.npy`. */
export interface Folder {
  readonly path: string;
  /** Names without `.npy`, sorted. */
  readonly arrays: readonly string[];
  /** A file's name for messages. */
  nameOf(file: string): string;
  /** The array's rows, or undefined where there is no such array. Opened once. */
  rows(array: string): Promise<RowSource | undefined>;
  text(file: string): Promise<string | undefined>;
  /** sha256 over the sorted names and sha256s of what it holds. */
  digest(): Promise<Digest>;
  close(): Promise<void>;
}

/** @throws SelvedgeError `bad-dataset` when nothing is there, or nothing readable */
export async function openFolder(path: string, inputs: readonly TensorSpec[]): Promise<Folder> {
  const found = await stat(path).catch(() => undefined);
  if (!found) {
    return fail('bad-dataset', `${path} does not exist`, {
      hint: 'expected a directory with one <input name>.npy per input, or an .npz',
      details: { path },
    });
  }
  if (found.isDirectory()) return directoryFolder(path);
  await statRegular(path, 'bad-dataset');
  if (path.endsWith('.npz')) return archiveFolder(path);
  if (path.endsWith('.npy') && inputs.length === 1)
    return fileFolder(path, inputs[0] as TensorSpec);
  return fail('bad-dataset', `${path} is not a data set for this model`, {
    hint: `expected a directory or an .npz with arrays for ${inputs.map(({ name }) => name).join(', ')}`,
    details: { path },
  });
}

async function directoryFolder(path: string): Promise<Folder> {
  const files = (await readdir(path)).filter(isPart).sort();
  const locate = (file: string) => join(path, file);
  for (const file of files) await statRegular(locate(file), 'bad-dataset');
  return folderOf(path, files, {
    open: (file) => fileRows(locate(file), locate(file)),
    text: (file) => readFile(locate(file), 'utf8'),
    hash: (file) => hashFile(locate(file)),
  });
}

async function fileFolder(path: string, input: TensorSpec): Promise<Folder> {
  return folderOf(path, [`${fileNameOf(input.name)}.npy`], {
    open: () => fileRows(path, path),
    text: () => readFile(path, 'utf8'),
    hash: () => hashFile(path),
  });
}

async function archiveFolder(path: string): Promise<Folder> {
  const bytes = new Uint8Array(await readFile(path));
  const tensors = readNpz(bytes, basename(path));
  const files = Object.keys(tensors).map((name) => `${name}.npy`);
  return folderOf(path, files.sort(), {
    open: async (file) => memoryRows(`${path}:${file}`, tensors[file.slice(0, -4)] as never),
    text: async () => '',
    hash: () => hashFile(path),
  });
}

interface Access {
  open(file: string): Promise<RowSource>;
  text(file: string): Promise<string>;
  hash(file: string): Promise<string>;
}

function folderOf(path: string, files: readonly string[], access: Access): Folder {
  const opened = new Map<string, RowSource>();
  return {
    path,
    arrays: files.filter((file) => file.endsWith('.npy')).map((file) => file.slice(0, -4)),
    nameOf: (file) => join(path, file),
    rows: async (array) => {
      const file = `${array}.npy`;
      if (!files.includes(file)) return undefined;
      const source = opened.get(file) ?? (await access.open(file));
      opened.set(file, source);
      return source;
    },
    text: async (file) => (files.includes(file) ? access.text(file) : undefined),
    digest: async () => {
      const all = createHash('sha256');
      for (const file of files) all.update(`${file}\0${await access.hash(file)}\n`);
      return `sha256:${all.digest('hex')}`;
    },
    close: async () => {
      for (const source of opened.values()) await source.close();
    },
  };
}

const isPart = (file: string): boolean => file.endsWith('.npy') || file === 'sequence.json';

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
