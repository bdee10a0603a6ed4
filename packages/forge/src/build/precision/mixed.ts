import { fail } from '@selvedge/core/errors';
import type { Sensitivity } from '../../report/index.ts';
import type { Calibrated } from '../calibrated.ts';
import { isStated } from '../gate.ts';
import { sizeOf } from '../model-file.ts';
import type { Trials } from '../trials.ts';
import { chooseMoved } from './choose-moved.ts';
import type { Converted } from './converted.ts';
import { needsCalibration } from './int8.ts';
import { layerGroups } from './layer-groups.ts';
import { Mixtures } from './mixtures.ts';
import type { Precision, PrecisionJob } from './precision.ts';
import { rankLayers } from './rank-layers.ts';

/** 8 bits, but for the layers that lose most by it: those are in 16 bit until the bar is met. */
export const mixed: Precision = {
  id: 'mixed',
  coupled: false,
  margin: { absolute: 2e-2, relative: 2e-2 },
  reads: ['calibration', 'evaluation', 'metric', 'bar', 'others'],
  async make(job) {
    const { calibrated, trials } = job;
    if (!calibrated || !trials) return { notes: [], skipped: needsCalibration };
    return mix(job, calibrated, trials);
  },
};

/** As many groups as are measured one by one; a larger network's layers are taken together. */
const mostGroups = 48;

async function mix(job: PrecisionJob, calibrated: Calibrated, trials: Trials): Promise<Converted> {
  const calibration = await calibrated.calibration();
  if ('skipped' in calibration) return { notes: [], skipped: calibration.skipped };
  const { means, moments } = calibration;
  const options = { means, moments };
  const ranges = await calibrated.everyRange();
  const whole = await job.convert({ pass: 'int8', ranges, options });
  if ('skipped' in whole) return whole;
  const half = await sizeOfHalf(job);
  if ('bytes' in whole && sizeOf(whole) >= half)
    return { notes: [], skipped: 'int8 is no smaller than fp16 here: there is nothing to mix' };
  const groups = layerGroups(whole.changed ?? [], mostGroups);
  const mixtures = new Mixtures(groups, { ranges, options }, job, trials);
  const refusal = await mixtures.refusalOfAll();
  if (refusal !== undefined) return { notes: [], skipped: refusal };
  // Telling layers apart takes most of the time: not where nothing is to be moved.
  if (job.others.includes('int8') && (await mixtures.holdsWithNone())) {
    return {
      notes: [],
      skipped: `as int8, which holds ${mixtures.barInWords} with no layer moved`,
    };
  }
  const { noise, gains } = await rankLayers(groups, { ranges, options }, job, trials);
  const order = groups.map((_, at) => at).sort((a, b) => (gains[b] ?? 0) - (gains[a] ?? 0));
  const sizes = groups.map((group) => weightsOf(job, group.nodes));
  const { chosen, tried } = await chooseMoved(order, sizes, (moved) => mixtures.measure(moved));
  if (!chosen) return { notes: [], skipped: 'no mixture holds the bar' };
  if (chosen.bytes >= half) {
    return {
      notes: [],
      skipped: `every mixture that holds ${mixtures.barInWords} is as large as fp16`,
    };
  }
  const made = await mixtures.make(chosen.moved);
  const isMoved = new Set(chosen.moved);
  const sensitivity: Sensitivity = {
    bar: { ...mixtures.bar, stated: isStated(job.bar) },
    metric: mixtures.metric,
    noise,
    noiseSamples: trials.noiseSamples,
    judgedOn: trials.judgedOn,
    judgeSamples: trials.judgeSamples,
    layers: order.map((at) => {
      const group = groups[at] ?? fail('internal', 'a group is missing');
      const { node, op, layers } = group;
      return { node, op, layers, gain: gains[at] ?? 0, moved: isMoved.has(at) };
    }),
    tried: tried.map(({ moved, bytes, holds }) => ({
      moved: moved.length,
      bytes,
      drop: mixtures.dropOf(moved),
      holds,
    })),
  };
  return 'skipped' in made ? made : { ...made, sensitivity };
}

/** Bytes of fp16, where it is made beside: a mixture has to be smaller. */
async function sizeOfHalf({ others, convert, extremes }: PrecisionJob): Promise<number> {
  if (!others.includes('fp16')) return Number.POSITIVE_INFINITY;
  const ranges = await extremes?.();
  const half = await convert({ pass: 'fp16', ...(ranges && { options: { ranges } }) });
  return 'bytes' in half ? sizeOf(half) : Number.POSITIVE_INFINITY;
}

/** Stored elements that the nodes read: a byte more of each in 16 bit. */
function weightsOf({ source }: PrecisionJob, nodes: readonly string[]): number {
  const { graph } = source.model;
  const stored = new Map(
    graph.initializer.map(({ name, dims }) => [
      name,
      dims.reduce<number>((product, side) => product * Number(side), 1),
    ]),
  );
  const wanted = new Set(nodes);
  return graph.node
    .filter(({ name, output }) => wanted.has(name || (output[0] ?? '')))
    .flatMap(({ input }) => input)
    .reduce((sum, name) => sum + (stored.get(name) ?? 0), 0);
}
