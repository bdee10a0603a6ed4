import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail, isSelvedgeError } from '@selvedge/core/errors';
import type { Digest } from '@selvedge/core/schema';
import {
  checkTensor,
  concat,
  externalReferences,
  inspectModel,
  type Model,
  type ModelFacts,
  readModel,
  storedTensors,
  writeModel,
} from '@selvedge/onnx';
import { statRegular } from '../files/index.ts';
import { type ExternalFile, findExternalFiles, inlineExternalData } from './external-data.ts';
import { type DataFiles, type ModelFile, openModelFile } from './model-file.ts';

/** A model file with the external data it names. */
export interface LoadedModel extends ModelFile {
  readonly file: string;
  /** Of the file itself. */
  readonly digest: Digest;
  /** Of the file itself, and of what stands beside it. */
  readonly fileBytes: number;
  /** What stands beside it, relative to its directory. */
  readonly external: readonly ExternalFile[];
  /** With all weights in reach: of a streamed model they are read when they are asked for. */
  readonly model: Model;
  /** The file's own bytes where it was not changed, otherwise the model with everything in it. */
  readonly bytes: Uint8Array;
  /** The weights of a model that is streamed: they stand beside it and not in `bytes`. */
  readonly data?: DataFiles;
  readonly facts: ModelFacts;
}

/** External data up to this size is brought into the model; more is streamed from where it stands. */
const inlineBytes = 32 * 1024 * 1024;

/**
 * Reads a model file. Small external data is brought in, so that a variant is one file with one
 * digest; larger stays where it is and is read one tensor at a time, whatever its size.
 *
 * @throws SelvedgeError `not-found`; `bad-model` for what is no ONNX file, an empty, truncated or
 * damaged one, or external data that is missing
 */
export async function loadModel(path: string): Promise<LoadedModel> {
  const file = await readModelBytes(path);
  const digest = digestOf(file);
  const read = readModel(file, { name: path });
  const directory = dirname(path);
  const files = await findExternalFiles(read, path);
  const outside = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const loaded = { file: path, digest, fileBytes: file.length + outside, external: files };
  if (outside > inlineBytes) {
    const kept = { bytes: file, data: { directory, files } };
    const model = checkWhole(openModelFile(kept, path), path);
    return { ...loaded, ...kept, model, facts: factsOf(model, path) };
  }
  const model = checkWhole(await inlineExternalData(read, directory, files), path);
  const facts = factsOf(model, path);
  const bytes = model === read ? file : concat(writeModel(model));
  return { ...loaded, bytes, model, facts };
}

/** @throws SelvedgeError `bad-model` naming the file, where a tensor does not hold what it says */
function factsOf(model: Model, path: string): ModelFacts {
  try {
    for (const tensor of storedTensors(model)) checkTensor(tensor);
    return inspectModel(model);
  } catch (caught) {
    if (!isSelvedgeError(caught)) throw caught;
    const { code, message, hint, details } = caught;
    return fail(code, `${path}: ${message}`, {
      ...(hint && { hint }),
      details: { ...details, file: path },
      cause: caught,
    });
  }
}

/** External data in places where no pass looks would be lost. */
function checkWhole(model: Model, name: string): Model {
  const [left] = externalReferences(model);
  if (left) fail('bad-model', `${name}: the external data of ${left.tensor} cannot be brought in`);
  return model;
}

export const digestOf = (bytes: Uint8Array | string): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/**
 * The bytes of a model's own file.
 *
 * @throws SelvedgeError `not-found`; `bad-model` for what is no regular file, or too large for one
 */
export async function readModelBytes(path: string): Promise<Uint8Array> {
  const found = await statRegular(path, 'bad-model');
  if (!found) {
    return fail('not-found', `${path} does not exist`, {
      hint: 'give the path of an .onnx file or of a blueprint',
      details: { file: path },
    });
  }
  if (found.size > 2 ** 31 - 1) {
    return fail('bad-model', `${path} is over 2 GB, more than an ONNX file can be`, {
      details: { file: path, bytes: found.size },
    });
  }
  return new Uint8Array(await readFile(path));
}
