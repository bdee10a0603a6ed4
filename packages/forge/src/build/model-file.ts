import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '@selvedge/core/schema';
import type { ModelBytes } from '@selvedge/infer/engine';
import {
  concat,
  detachExternal,
  linkExternal,
  type Model,
  readModel,
  writeModel,
} from '@selvedge/onnx';
import { collectGarbage } from './collect-garbage.ts';
import { fileStore } from './external-data.ts';

/**
 * A model on its way through a build: the bytes of its ONNX file, and, where it is too large to
 * stand in memory, the files with its weights. Crosses to threads.
 */
export interface ModelFile {
  readonly bytes: Uint8Array;
  readonly data?: DataFiles;
}

/** Weights beside a model. */
export interface DataFiles {
  /** What the locations are relative to. */
  readonly directory: string;
  readonly files: readonly DataFile[];
}

export interface DataFile {
  /** The path that the model names. */
  readonly location: string;
  readonly bytes: number;
  /** Absent where nobody has read it whole. */
  readonly digest?: Digest;
}

/** The names of a streamed variant's files. A device has them under the same. */
export const modelName = 'model.onnx';
const dataName = 'model.onnx.data';

/** Bytes of a model with all that stands beside it. */
export const sizeOf = ({ bytes, data }: ModelFile): number =>
  (data?.files ?? []).reduce((sum, file) => sum + file.bytes, bytes.length);

/** What an engine on this machine loads it from. */
export const engineModel = ({ bytes, data }: ModelFile, name: string): ModelBytes => ({
  model: bytes,
  name,
  ...(data && { directory: data.directory }),
});

/**
 * The model in the file. Weights that stand beside it are read one tensor at a time, when they are
 * asked for; what a pass makes of them goes to a scratch file in `workspace`, if there is one.
 */
export function openModelFile({ bytes, data }: ModelFile, name: string, workspace?: string): Model {
  const model = readModel(bytes, { name });
  if (!data) return model;
  if (workspace !== undefined) mkdirSync(workspace, { recursive: true });
  return linkExternal(model, fileStore(data.directory, workspace && scratchIn(workspace)));
}

const scratchIn = (workspace: string): string => join(workspace, 'scratch');

/**
 * Writes what a pass made of a model that was opened with a workspace: its weights into a file
 * there, piece by piece, the rest into memory.
 */
export function writeModelFile(model: Model, workspace: string): ModelFile {
  mkdirSync(workspace, { recursive: true });
  const handle = openSync(join(workspace, dataName), 'w');
  try {
    const hash = createHash('sha256');
    let size = 0;
    const detached = detachExternal(model, {
      location: dataName,
      write(bytes) {
        hash.update(bytes);
        for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
        size += bytes.length;
      },
    });
    const digest = `sha256:${hash.digest('hex')}` as Digest;
    const files = size > 0 ? [{ location: dataName, bytes: size, digest }] : [];
    return { bytes: concat(writeModel(detached)), data: { directory: workspace, files } };
  } finally {
    closeSync(handle);
    rmSync(scratchIn(workspace), { force: true });
    collectGarbage();
  }
}
