import { fail } from '@selvedge/core/errors';
import { decode } from './decode.ts';
import { type EncodeOptions, encode } from './encode.ts';
import type { GraphProto, Int64, ModelProto } from './messages.ts';
import { otherFormat } from './other-format.ts';

/** A model that has what every ONNX file must have. */
export interface Model extends ModelProto {
  readonly irVersion: Int64;
  readonly graph: GraphProto;
}

/**
 * Reads an ONNX file. Weights are views of `bytes`, which must not be changed afterwards.
 *
 * @param options.name names the file in messages.
 * @throws SelvedgeError `bad-model`: empty, cut off, garbage, or protobuf that is no ONNX model.
 */
export function readModel(bytes: Uint8Array, options: { name?: string } = {}): Model {
  const name = options.name ?? 'the model';
  if (bytes.length === 0) refuse(name, 'is empty');
  const model = decodeModel(bytes, name);
  if (!model.graph) refuse(name, 'holds no graph');
  if (model.irVersion === undefined) refuse(name, 'does not say its ir_version');
  return model as Model;
}

/**
 * Writes a model as a list of chunks. What was read and not changed is passed through as its
 * original bytes, so an unchanged model gives the file it came from.
 *
 * @param options.reencode encodes every message from the tree instead; the bytes are the same.
 */
export function writeModel(model: ModelProto, options: EncodeOptions = {}): Uint8Array[] {
  return encode('ModelProto', model, options);
}

/** A file of another format is called by its name, before a byte of it is called damaged. */
function decodeModel(bytes: Uint8Array, name: string): ModelProto {
  const wrong = () => {
    const other = otherFormat(bytes);
    if (other) refuse(name, `is ${other.what}`, other.hint);
  };
  let model: ModelProto | undefined;
  try {
    model = decode('ModelProto', bytes, name);
  } finally {
    if (!model?.graph) wrong();
  }
  return model;
}

function refuse(name: string, what: string, hint = 'give the path of an .onnx file'): never {
  fail(
    'bad-model',
    `${name} ${what}: expected an ONNX model (ModelProto with ir_version and graph)`,
    { hint, details: { file: name } },
  );
}
