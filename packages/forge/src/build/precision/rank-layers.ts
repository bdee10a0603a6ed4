import type { ModelFile } from '../model-file.ts';
import type { Trials } from '../trials.ts';
import type { LayerGroup } from './layer-groups.ts';
import type { Learned } from './learned.ts';
import type { PrecisionJob } from './precision.ts';

/** How many models are loaded at a time. */
const atOnce = 8;

export interface Ranking {
  /** Noise at the output with everything in 8 bits, as a share of the output's power. */
  readonly noise: number;
  /** By group: how much of that noise is gone when this group alone is not in 8 bits. */
  readonly gains: readonly number[];
}

/**
 * Measures each group's sensitivity by leaving it alone while all others are in 8 bits. (The other
 * way round, one group in 8 bits among float neighbours, a layer is cut off from the activation that
 * is fused into it, and looks worse than it is.) A group that cannot be told alone gains nothing: it
 * is moved last. Weights are rounded plainly, which keeps the order and takes a part of the time.
 */
export async function rankLayers(
  groups: readonly LayerGroup[],
  { ranges, options: { means } }: Learned,
  { convert, progress }: PrecisionJob,
  trials: Trials,
): Promise<Ranking> {
  const kept = [[], ...groups.map(({ nodes }) => nodes)];
  const noises: (number | undefined)[] = [];
  progress(0, kept.length);
  for (let first = 0; first < kept.length; first += atOnce) {
    const some = kept.slice(first, first + atOnce);
    const made = await Promise.all(
      some.map((keepNodes) =>
        convert({ pass: 'int8', ranges, options: { keepNodes, ...(means && { means }) } }),
      ),
    );
    const files = made.map((one) => ('bytes' in one ? one : undefined));
    noises.push(...(await noisesOf(files, trials)));
    progress(first + some.length, kept.length);
  }
  const [noise = 0, ...without] = noises;
  return { noise, gains: without.map((one) => (one === undefined ? 0 : Math.max(0, noise - one))) };
}

/** With a single layer nothing is left to quantise: then all of the noise is gone. */
async function noisesOf(
  files: readonly (ModelFile | undefined)[],
  trials: Trials,
): Promise<(number | undefined)[]> {
  const measured = await trials.noise(files.filter((file) => file !== undefined));
  let next = 0;
  return files.map((file) => {
    const found = file && measured[next++];
    return file === undefined ? 0 : typeof found === 'number' ? found : undefined;
  });
}
