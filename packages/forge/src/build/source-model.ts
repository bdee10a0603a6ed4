import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fail } from '@selvedge/core/errors';
import type { Digest } from '@selvedge/core/schema';
import {
  concat,
  inspectModel,
  type Model,
  type ModelFacts,
  readModel,
  writeModel,
} from '@selvedge/onnx';
import { inlineExternalData } from './external-data.ts';

/** A model file, read whole: its external data is in it. */
export interface LoadedModel {
  readonly file: string;
  /** Of the file itself. */
  readonly digest: Digest;
  readonly fileBytes: number;
  readonly model: Model;
  /** The file's own bytes where nothing was external, otherwise the model with everything in it. */
  readonly bytes: Uint8Array;
  readonly facts: ModelFacts;
}

/**
 * Reads a model file with the external data it names.
 * @throws SelvedgeError `not-found`; `bad-model` for what is no ONNX file, an empty, truncated or
 * damaged one, or external data that is missing
 */
export async function loadModel(path: string): Promise<LoadedModel> {
  const file = await readWhole(path);
  const read = readModel(file, { name: path });
  const model = await inlineExternalData(read, dirname(path), basename(path));
  return {
    file: path,
    digest: digestOf(file),
    fileBytes: file.length,
    model,
    bytes: model === read ? file : concat(writeModel(model)),
    facts: inspectModel(model),
  };
}

export const digestOf = (bytes: Uint8Array | string): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function readWhole(path: string): Promise<Uint8Array> {
  const found = await stat(path).catch(() => undefined);
  if (!found) {
    return fail('not-found', `${path} does not exist`, {
      hint: 'give the path of an .onnx file or of a blueprint',
      details: { file: path },
    });
  }
  if (found.isDirectory()) {
    return fail('bad-model', `${path} is a directory`, { hint: 'give the path of an .onnx file' });
  }
  if (found.size > 2 ** 31 - 1) {
    return fail('bad-model', `${path} is over 2 GB, more than an ONNX file can be`, {
      details: { file: path, bytes: found.size },
    });
  }
  return new Uint8Array(await readFile(path));
}
