import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize, relative, sep } from 'node:path';
import { fail } from '@selvedge/core/errors';
import {
  attachExternal,
  type ExternalReference,
  externalReferences,
  type Model,
  type TensorStore,
} from '@selvedge/onnx';
import { statRegular } from '../files/index.ts';
import { collectGarbage } from './collect-garbage.ts';

/** A file that a model names, and its size. */
export interface ExternalFile {
  readonly location: string;
  readonly bytes: number;
}

/**
 * The files beside a model that hold tensors of it (onnx/docs/ExternalData.md); none where all is
 * inside. Every range that the model names is in them.
 *
 * Locations come from whoever made the model, who may be a stranger: one that leads out of its
 * directory would put any file of the builder into what is published. (A blueprint's paths are the
 * builder's own and may lead anywhere: plan.ts.)
 *
 * @param path the model's file; locations are relative to its directory
 * @throws SelvedgeError `bad-model` naming the file that is missing, too short, outside, or no
 * regular file
 */
export async function findExternalFiles(model: Model, path: string): Promise<ExternalFile[]> {
  const files = new Map<string, ExternalFile>();
  for (const reference of externalReferences(model)) {
    const { location } = reference;
    const file = files.get(location) ?? (await findFile(location, dirname(path), path));
    files.set(location, file);
    checkRange(reference, file, basename(path));
  }
  return [...files.values()];
}

/**
 * The model with the given files in it, for what is small enough to be one file. Weights are views
 * of what was read.
 */
export async function inlineExternalData(
  model: Model,
  directory: string,
  files: readonly ExternalFile[],
): Promise<Model> {
  const contents: Record<string, Uint8Array> = {};
  for (const { location } of files)
    contents[location] = new Uint8Array(await readFile(join(directory, location)));
  return attachExternal(model, contents);
}

/**
 * Files of a directory as a store of tensors. Nothing stays open: a tensor is a large read, beside
 * which opening a file is nothing.
 *
 * @param scratch a file to put away in what passes make; absent: that stays in memory
 */
export function fileStore(directory: string, scratch?: string): TensorStore {
  const pathOf = (location: string) =>
    location === putAway && scratch !== undefined ? scratch : join(directory, location);
  let given = 0;
  const read = (location: string, offset: number, length: number) => {
    given += length;
    if (given > uncollectedBytes) {
      collectGarbage();
      given = length;
    }
    return readRange(pathOf(location), offset, length);
  };
  if (scratch === undefined) return { read };
  return { read, write: (bytes) => ({ location: putAway, offset: append(scratch, bytes) }) };
}

/** So much is read before what was read earlier, and is not needed any more, is freed. */
const uncollectedBytes = 32 * 1024 * 1024;

/** The scratch file's location. No model names it: it holds a character that no path does. */
const putAway = '\0scratch';

function readRange(path: string, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const handle = openSync(path, 'r');
  try {
    for (let at = 0; at < length; ) {
      const count = readSync(handle, bytes, at, length - at, offset + at);
      if (count === 0) fail('bad-model', `${path} ends before byte ${offset + length}`);
      at += count;
    }
  } finally {
    closeSync(handle);
  }
  return bytes;
}

/** @returns where the bytes begin */
function append(path: string, bytes: Uint8Array): number {
  const handle = openSync(path, 'a');
  try {
    const { size } = fstatSync(handle);
    for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
    return size;
  } finally {
    closeSync(handle);
  }
}

async function findFile(location: string, directory: string, model: string): Promise<ExternalFile> {
  const name = basename(model);
  const inside = normalize(location);
  if (isAbsolute(location) || leadsOut(inside)) return failOutside(location, name);
  const path = join(directory, location);
  const found = await statRegular(path, 'bad-model');
  if (!found) {
    return fail('bad-model', `${name} needs its external data ${path}, which is not there`, {
      hint: 'put the external data beside the model',
      details: { file: path },
    });
  }
  if (!(await isReallyBeside(path, directory, model))) return failOutside(location, name);
  return { location, bytes: found.size };
}

const leadsOut = (path: string): boolean =>
  path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);

/**
 * Links may lead to where the model's own file stands as well: caches of downloads hold every file
 * once, and directories of links to them.
 */
async function isReallyBeside(path: string, directory: string, model: string): Promise<boolean> {
  const [real, ...homes] = await Promise.all([
    realpath(path),
    realpath(directory),
    realpath(model).then(dirname),
  ]);
  return homes.some((home) => !leadsOut(relative(home, real)));
}

const failOutside = (location: string, name: string): never =>
  fail('bad-model', `${name}: external data points outside the model's directory: ${location}`, {
    hint: 'external data must stand beside the model',
    details: { file: name, location },
  });

function checkRange(
  { tensor, location, offset, length }: ExternalReference,
  file: ExternalFile,
  name: string,
): void {
  if (offset + length <= file.bytes) return;
  fail(
    'bad-model',
    `${name}: tensor ${tensor} ends at byte ${offset + length} of ${location}, which has ${file.bytes}`,
    { hint: 'copy the external data again, whole', details: { file: name, location } },
  );
}
