import { chipOf, estimateOn, profileOf } from '@selvedge/core/device';
import type { Workload } from '@selvedge/core/release';
import { precisions, targets } from './calibrations-text.ts';
import type { Sample } from './fit.ts';
import type { HeldOut } from './validate.ts';

/** What the catalogue's figures alone predict, for its chips that latencies were published of. */
export function rooflineOf(
  samples: readonly Sample[],
  workloadOf: (id: string) => Workload,
): HeldOut[] {
  return samples.flatMap((sample) => {
    const { device, runtime, precision } = sample.group;
    const target = targets.find(([, name]) => name === device)?.[2];
    const built = precisions.find(([, published]) => published === precision)?.[0];
    if (target === undefined || built === undefined || runtime !== 'onnx') return [];
    const profile = profileOf(chipOf(target));
    const { kernels: _, ...workload } = workloadOf(sample.id);
    // The graph stands in fp32; the chip moves elements of its own width.
    const scale = built === 'fp16' ? 2 : 4;
    const moved = {
      ...workload,
      weightBytes: Math.round(workload.weightBytes / scale),
      activationBytes: Math.round(workload.activationBytes / scale),
    };
    const estimate = estimateOn(profile.units[0]!, moved, profile, built);
    return estimate ? [{ ...sample, predicted: estimate.ms }] : [];
  });
}
