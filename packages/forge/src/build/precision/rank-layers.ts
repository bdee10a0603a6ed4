import type { Trials } from '../trials.ts';
import type { LayerGroup } from './layer-groups.ts';
import type { Ranges } from './passes.ts';
import type { PrecisionJob } from './precision.ts';

/** How many models are loaded at a time. */
const atOnce = 8;

/**
 * Measures each group's sensitivity: the noise at the output when this group alone is in 8 bits.
 * A group that cannot be told alone counts as silent: it is then moved last.
 *
 * @returns by group, the share of the output's power
 */
export async function rankLayers(
  groups: readonly LayerGroup[],
  ranges: Ranges,
  { convert, progress }: PrecisionJob,
  trials: Trials,
): Promise<number[]> {
  const noise: number[] = [];
  progress(0, groups.length);
  for (let first = 0; first < groups.length; first += atOnce) {
    const some = groups.slice(first, first + atOnce);
    const made = await Promise.all(
      some.map((group) => {
        const keepNodes = groups.filter((other) => other !== group).flatMap(({ nodes }) => nodes);
        return convert({ pass: 'int8', ranges, options: { keepNodes } });
      }),
    );
    const measured = await trials.noise(made.flatMap((one) => ('bytes' in one ? one : [])));
    let next = 0;
    for (const one of made) {
      const found = 'bytes' in one ? measured[next++] : undefined;
      noise.push(typeof found === 'number' ? Math.max(0, found) : 0);
    }
    progress(first + some.length, groups.length);
  }
  return noise;
}
