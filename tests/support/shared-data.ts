import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { WrittenDataset } from '../../packages/forge/src/dataset/index.ts';
import type { Reason } from './skip.ts';

/** Where the shared data stands: `SELVEDGE_DATA`, or beside the repository. */
export const sharedData =
  process.env.SELVEDGE_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

export const hasSharedData = existsSync(`${sharedData}/models`);

/** Why a test of it is skipped, or false: `itUnless(noSharedData)`. */
export const noSharedData: Reason =
  !hasSharedData && 'shared data is absent (SELVEDGE_DATA, or ../shared/data)';

export const modelFile = (name: string): string => `${sharedData}/models/${name}`;

/** The first `count` of MNIST's 10,000 test images with their labels, as a data set for mnist-8. */
export function mnist(count = 10_000): WrittenDataset {
  const images = idx('t10k-images-idx3-ubyte.gz').subarray(16, 16 + count * 784);
  const labels = idx('t10k-labels-idx1-ubyte.gz').subarray(8, 8 + count);
  return {
    inputs: { Input3: { type: 'uint8', shape: [count, 28, 28], data: images } },
    labels,
  };
}

/** yann.lecun.com/exdb/mnist: a header of big-endian sizes, then bytes. */
const idx = (file: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(gunzipSync(readFileSync(`${sharedData}/datasets/mnist/${file}`)));
