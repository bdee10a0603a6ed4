import { createHash } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, join, normalize, relative } from 'node:path';
import { fail } from '@selvedge/core/errors';
import type { Digest } from '@selvedge/core/schema';
import type { WeightsFile } from '../report/index.ts';
import { type DataFile, type DataFiles, type ModelFile, modelName } from './model-file.ts';

/** Where a variant's model stands, relative to the build directory, and its weights if beside it. */
export interface StagedModel {
  readonly file: string;
  readonly data: readonly WeightsFile[];
}

/**
 * Writes a variant's model under a directory: one file, `variants/<id>.onnx`, or, where its weights
 * stand beside it, `variants/<id>/` with all of them. What was made under the directory is moved,
 * what the source consists of is copied.
 */
export async function stageModel(
  root: string,
  id: string,
  { bytes, data }: ModelFile,
): Promise<StagedModel> {
  const folder = `variants/${id}`;
  const file = data ? `${folder}/${modelName}` : `${folder}.onnx`;
  await mkdir(dirname(join(root, file)), { recursive: true });
  const staged: WeightsFile[] = [];
  if (data?.files.some(({ location }) => normalize(location) === modelName)) {
    fail('bad-model', `its weights stand in a file called ${modelName}, as a variant's model is`, {
      hint: 'give the file with the weights another name',
    });
  }
  for (const one of data?.files ?? []) {
    const path = `${folder}/${one.location}`;
    const digest = await place(data!, one, join(root, path), root);
    staged.push({ location: one.location, file: path, digest, bytes: one.bytes });
  }
  await writeDurably(join(root, file), bytes);
  return { file, data: staged };
}

/** Writes a file so that it is on the disk when this returns. */
export async function writeDurably(path: string, bytes: Uint8Array | string): Promise<void> {
  const handle = await open(path, 'w');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function place(
  { directory }: DataFiles,
  { location, digest }: DataFile,
  to: string,
  root: string,
): Promise<Digest> {
  const from = join(directory, location);
  await mkdir(dirname(to), { recursive: true });
  const isOurs = !relative(root, from).startsWith('..');
  if (!isOurs || digest === undefined) return copyFileHashed(from, to);
  await rename(from, to);
  await sync(to);
  return digest;
}

/** In pieces, hashed on the way; on the disk when this returns. */
export async function copyFileHashed(from: string, to: string): Promise<Digest> {
  const source = await open(from, 'r');
  const target = await open(to, 'w');
  try {
    const hash = createHash('sha256');
    const piece = new Uint8Array(4 * 1024 * 1024);
    for (;;) {
      const { bytesRead } = await source.read(piece, 0, piece.length);
      if (bytesRead === 0) break;
      const part = piece.subarray(0, bytesRead);
      hash.update(part);
      await target.writeFile(part);
    }
    await target.sync();
    return `sha256:${hash.digest('hex')}`;
  } finally {
    await source.close();
    await target.close();
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  await handle.sync().finally(() => handle.close());
}
