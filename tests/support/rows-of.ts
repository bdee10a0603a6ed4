import type { WrittenDataset } from '../../packages/forge/src/dataset/index.ts';
import type { Tensor } from '../../packages/infer/src/engine/index.ts';

/** Those samples of a data set of numbers that are wanted, with their labels. */
export function rowsOf(
  { inputs, labels }: WrittenDataset,
  isWanted: (at: number) => boolean,
): WrittenDataset {
  const taken = Object.entries(inputs).map(([name, tensor]) => [name, some(tensor, isWanted)]);
  return {
    inputs: Object.fromEntries(taken),
    ...(labels && { labels: Array.from(labels).filter((_, at) => isWanted(at)) }),
  };
}

function some({ type, shape, data }: Tensor, isWanted: (at: number) => boolean): Tensor {
  const [count = 0, ...rest] = shape;
  const size = data.length / count;
  const wanted = Array.from({ length: count }, (_, at) => at).filter(isWanted);
  const picked = (data as Float32Array).slice(0, wanted.length * size);
  for (const [to, from] of wanted.entries())
    picked.set((data as Float32Array).subarray(from * size, (from + 1) * size), to * size);
  return { type, shape: [wanted.length, ...rest], data: picked } as Tensor;
}
