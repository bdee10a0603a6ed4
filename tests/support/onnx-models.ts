import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { concat, inspectModel, type Model, writeModel } from '../../packages/onnx/src/index.ts';
import { hasSharedData, sharedData } from './shared-data.ts';

/** A file with its bytes read when asked for. */
export interface ModelFile {
  readonly name: string;
  bytes(): Uint8Array;
}

/** The models of the shared data, by file name; none where the data is absent. */
export const sharedModels: readonly ModelFile[] = listModels('models');

/** The version pairs of the shared data: `<pair>/old.onnx` and `<pair>/new.onnx`. */
export const sharedPairs: readonly ModelFile[] = hasSharedData
  ? readdirSync(`${sharedData}/pairs`).flatMap((pair) => listModels(`pairs/${pair}`, `${pair}/`))
  : [];

/** The models of ONNX's backend node tests, read from their archive. */
export function nodeTestModels(): { name: string; bytes: Uint8Array }[] {
  const archive = gunzipSync(readFileSync(`${sharedData}/onnx-node-tests.tar.gz`));
  const models: { name: string; bytes: Uint8Array }[] = [];
  // POSIX.1-1988 (ustar): a header of 512 bytes with the name at 0 and the size in octal at 124.
  for (let at = 0; at + 512 <= archive.length; ) {
    const name = archive.toString('utf8', at, at + 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(archive.toString('utf8', at + 124, at + 136), 8) || 0;
    if (name.endsWith('model.onnx')) {
      models.push({ name, bytes: new Uint8Array(archive.subarray(at + 512, at + 512 + size)) });
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return models;
}

/** Seeded inputs of the right types; free dimensions are 1, except what `shapes` says. */
export function randomFeeds(
  model: Model,
  shapes: Readonly<Record<string, readonly number[]>> = {},
  seed = 1,
): Record<string, Tensor> {
  const random = generator(seed);
  const feeds: Record<string, Tensor> = {};
  for (const { name, type, shape } of inspectModel(model).inputs) {
    const dims = shapes[name] ?? shape.map((size) => (typeof size === 'number' ? size : 1));
    const length = dims.reduce((product, size) => product * size, 1);
    const small = () => Math.floor(random() * 256);
    if (type === 'float32') {
      feeds[name] = new Tensor(
        type,
        Float32Array.from({ length }, () => random() * 2 - 1),
        dims,
      );
    } else if (type === 'int32') {
      feeds[name] = new Tensor(type, Int32Array.from({ length }, small), dims);
    } else if (type === 'int64') {
      // The one int64 input of the shared models is a sampling rate.
      feeds[name] = new Tensor(
        type,
        BigInt64Array.from({ length }, () => 16000n),
        dims,
      );
    } else throw new Error(`no random ${type} for ${name}`);
  }
  return feeds;
}

/** Runs a model in ONNX Runtime. */
export async function runModel(
  model: Model,
  feeds: Record<string, Tensor>,
  options: InferenceSession.SessionOptions = {},
): Promise<Record<string, Tensor>> {
  const session = await InferenceSession.create(concat(writeModel(model)), {
    logSeverityLevel: 4,
    intraOpNumThreads: 1,
    ...options,
  });
  try {
    return (await session.run(feeds)) as Record<string, Tensor>;
  } finally {
    await session.release();
  }
}

/** Signal to noise of one output against another, dB; Infinity where they are equal. */
export function signalToNoise(reference: Tensor, tensor: Tensor): number {
  const [a, b] = [reference.data, tensor.data] as unknown as ArrayLike<number | bigint>[];
  let noise = 0;
  let signal = 0;
  for (let at = 0; at < a!.length; at++) {
    noise += (Number(a![at]) - Number(b![at])) ** 2;
    signal += Number(a![at]) ** 2;
  }
  return noise === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
}

/** Inputs of the shared models that random ones with free dimensions at 1 do not fit. */
export const feedShapes: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  'silero-vad-v6.2.onnx': { input: [1, 576] },
};

function listModels(directory: string, prefix = ''): ModelFile[] {
  if (!hasSharedData) return [];
  return readdirSync(`${sharedData}/${directory}`)
    .filter((file) => file.endsWith('.onnx'))
    .map((file) => ({
      name: prefix + file,
      bytes: () => new Uint8Array(readFileSync(`${sharedData}/${directory}/${file}`)),
    }));
}

/** Numerical Recipes' linear congruential generator, modulo 2^32. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
