import { profileOf } from '@selvedge/core/device';
import type { ActiveVariant } from '@selvedge/node/install';
import { describe, expect, it } from 'vitest';
import { unitWatch } from './unit-watch.ts';

/** A billion multiply-adds: milliseconds on an NPU, many on a CPU. */
const active = {
  variant: {
    id: 'device-fp16',
    precision: 'fp16',
    workload: {
      macs: 4e9,
      weightBytes: 8e6,
      activationBytes: 4e6,
      peakMemoryBytes: 2e7,
      nodes: 20,
    },
  },
} as unknown as ActiveVariant;

function watched(target: string, ms: number, provenance: 'measured' | 'estimated' = 'measured') {
  const watch = unitWatch(profileOf(target));
  for (let run = 0; run < 9; run += 1)
    watch.add(active.variant.id, { computeMs: ms + run / 100, provenance });
  return watch.likeness(active);
}

describe('unitWatch', () => {
  it('says that answers of a device with an NPU do not come from one', () => {
    const likeness = watched('intel-lunar-lake', 400)!;
    expect(likeness.verdict).toBe('unlike');
    expect(likeness.reason).toMatch(/^this does not look like (npu|gpu) \(\w+\): 400 ms where /);
  });

  it('says nothing of a device that promises a CPU alone, nor of an emulated clock', () => {
    expect(watched('midrange-2021', 400)).toBeNull();
    expect(watched('intel-lunar-lake', 400, 'estimated')).toBeNull();
  });

  it('begins anew with another variant, and leaves its first run out', () => {
    const watch = unitWatch(profileOf('intel-lunar-lake'));
    for (let run = 0; run < 6; run += 1)
      watch.add(active.variant.id, { computeMs: 400, provenance: 'measured' });
    expect(watch.likeness(active)).toMatchObject({ verdict: 'unclear' });
    watch.add('another', { computeMs: 400, provenance: 'measured' });
    expect(watch.likeness(active)).toBeNull();
  });
});
