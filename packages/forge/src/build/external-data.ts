import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, normalize, sep } from 'node:path';
import { fail } from '@selvedge/core/errors';
import {
  attachExternal,
  type ExternalReference,
  externalReferences,
  type Model,
  type TensorStore,
} from '@selvedge/onnx';
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
 * @param directory where the model stands; locations are relative to it
 * @throws SelvedgeError `bad-model` naming the file that is missing, too short or outside
 */
export async function findExternalFiles(
  model: Model,
  directory: string,
  name: string,
): Promise<ExternalFile[]> {
  const files = new Map<string, ExternalFile>();
  for (const reference of externalReferences(model)) {
    const { location } = reference;
    const file = files.get(location) ?? (await findFile(location, directory, name));
    files.set(location, file);
    checkRange(reference, file, name);
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

async function findFile(location: string, directory: string, name: string): Promise<ExternalFile> {
  const inside = normalize(location);
  if (isAbsolute(location) || inside === '..' || inside.startsWith(`..${sep}`)) {
    return fail(
      'bad-model',
      `${name}: external data points outside the model's directory: ${location}`,
      {
        hint: 'external data must stand beside the model',
        details: { file: name, location },
      },
    );
  }
  const path = join(directory, location);
  const found = await stat(path).catch((cause: unknown) =>
    fail('bad-model', `${name} needs its external data ${path}, which is not there`, {
      hint: 'put the external data beside the model',
      details: { file: path },
      cause,
    }),
  );
  return { location, bytes: found.size };
}

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
