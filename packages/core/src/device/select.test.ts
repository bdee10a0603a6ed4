import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Latency, Quality, ReleaseVariant } from '../release/documents.ts';
import {
  type Chip,
  catalogue,
  chipOf,
  type Figure,
  type Profile,
  profileOf,
  selectVariant,
} from './index.ts';

const quality = (value: number, metric = 'top1'): Quality => ({
  metric,
  value,
  reference: null,
  drop: null,
  interval: null,
  samples: 1000,
  provenance: 'measured',
});
const variant = (precision: string, over: Partial<ReleaseVariant> = {}): ReleaseVariant => ({
  id: `device-${precision}`,
  tier: 'device',
  precision,
  engine: 'onnxruntime',
  opset: 17,
  manifest: {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: `sha256:${'0'.repeat(64)}`,
    size: 1,
  },
  bytes: 100_000,
  workload: {
    macs: 190_000,
    weightBytes: 112_000,
    activationBytes: 60_000,
    peakMemoryBytes: 170_000,
    nodes: 10,
  },
  quality: quality(0.93),
  latency: [],
  ...over,
});

/** A small convolutional network as the forge builds it: fewer bytes, more operators. */
const small = [
  variant('fp32', { bytes: 172_000 }),
  variant('fp16', {
    bytes: 116_000,
    workload: {
      macs: 190_000,
      weightBytes: 56_000,
      activationBytes: 40_000,
      peakMemoryBytes: 100_000,
      nodes: 12,
    },
  }),
  variant('int8-dynamic', {
    bytes: 88_000,
    quality: quality(0.928),
    workload: {
      macs: 190_000,
      weightBytes: 28_000,
      activationBytes: 70_000,
      peakMemoryBytes: 100_000,
      nodes: 25,
    },
  }),
];
const large = small.map((one) => ({ ...one, workload: { ...one.workload, macs: 19_000_000 } }));
const release = (variants: ReleaseVariant[] = small) => ({
  family: 'a/b',
  version: '1.0.0',
  variants,
});
const chosenOn = (target: string | Chip, variants?: ReleaseVariant[]) =>
  selectVariant(release(variants), 'device', profileOf(target)).chosen;

describe('the choice of a variant', () => {
  it('differs among the emulated devices', () => {
    expect(chosenOn('flagship-2026')).toBe('device-fp16');
    expect(chosenOn('intel-lunar-lake')).toBe('device-fp16');
    expect(chosenOn('midrange-2021')).toBe('device-fp32');
    expect(chosenOn('midrange-2021', large)).toBe('device-int8-dynamic');
  });

  it('says in one sentence what decided, and what spoke against it', () => {
    const reasonOn = (target: string, variants = small) =>
      selectVariant(release(variants), 'device', profileOf(target)).reason;
    expect(reasonOn('flagship-2026')).toBe(
      'device-fp16 takes 0.211 ms and 0.11 mJ on the NPU (qnn), estimated, mostly to start the run and its operators; ' +
        'preferred to device-fp32 for its energy (0.11 against 0.226 mJ) and its download (116.0 kB against 172.0 kB), ' +
        'in spite of its time (0.211 against 0.0302 ms)',
    );
    expect(reasonOn('midrange-2021', large)).toMatch(
      /^device-int8-dynamic takes .+ on the CPU, estimated, mostly for arithmetic; preferred to device-fp16 for its energy \(0\.834 against 1\.51 mJ\), its time .+ in spite of its quality \(92\.8 against 93 %\)$/,
    );
    expect(reasonOn('midrange-2021', [small[0]!])).toMatch(/; no other fits$/);
    const twin = { ...small[0]!, id: 'device-fp32-b' };
    expect(reasonOn('midrange-2021', [small[0]!, twin])).toMatch(
      /; device-fp32-b is as good and comes later by its name$/,
    );
  });

  const withFigure = (
    id: string,
    change: (unit: Chip['units'][number]) => Partial<Chip['units'][number]>,
  ): Chip => {
    const chip = chipOf(id);
    const [first, ...rest] = chip.units;
    return { ...chip, units: [{ ...first!, ...change(first!) }, ...rest] };
  };
  const set = <F extends Figure>(figure: F, value: number): F => ({ ...figure, value });

  it.each([
    [
      'the NPU takes 2 ms to start',
      'flagship-2026',
      'device-fp16',
      'device-fp32',
      (unit: Chip['units'][number]) => ({ start: set(unit.start, 2000) }),
    ],
    [
      'waiting for the NPU takes 5 W',
      'flagship-2026',
      'device-fp16',
      'device-fp32',
      (unit: Chip['units'][number]) => ({ waitPower: set(unit.waitPower!, 5) }),
    ],
    [
      'fp32 runs at a tenth of the rate',
      'midrange-2021',
      'device-fp32',
      'device-fp16',
      (unit: Chip['units'][number]) => ({
        tops: { ...unit.tops, fp32: set(unit.tops.fp32!, unit.tops.fp32!.value / 10) },
      }),
    ],
  ] as const)('changes with one figure: %s', (_, target, before, after, change) => {
    expect(chosenOn(target)).toBe(before);
    expect(chosenOn(withFigure(target, change))).toBe(after);
  });

  it('rests on figures, not on names', () => {
    for (const chip of catalogue) {
      const renamed: Chip = { ...chip, id: 'no-name', name: 'no name' };
      expect(chosenOn(renamed)).toBe(chosenOn(chip));
    }
  });

  it('prefers what was measured on this very target when all of it was', () => {
    const latency = (p50Ms: number): Latency[] => [
      {
        p50Ms,
        p99Ms: p50Ms,
        runs: 100,
        engine: 'onnxruntime',
        provenance: 'measured',
        target: 'midrange-2021',
      },
    ];
    const measured = [
      variant('fp32', { latency: latency(9) }),
      variant('int8-dynamic', { latency: latency(1) }),
    ];
    const { chosen, ranked } = selectVariant(
      release(measured),
      'device',
      profileOf('midrange-2021'),
    );
    expect(chosen).toBe('device-int8-dynamic');
    expect(ranked[0]).toMatchObject({ predictedMs: 1, provenance: 'measured' });
    const half = [measured[0]!, variant('int8-dynamic')];
    for (const one of selectVariant(release(half), 'device', profileOf('midrange-2021')).ranked) {
      expect(one.provenance).toBe('estimated');
    }
  });

  it('takes the word of the forge, which knows what an accelerator leaves to the CPU', () => {
    const told = (p50Ms: number, energyMj: number, on: Latency['on']): Latency[] => [
      {
        ...{ p50Ms, p99Ms: p50Ms, runs: 0, engine: 'onnxruntime', energyMj },
        ...{ provenance: 'estimated', target: 'flagship-2026', ...(on && { on }) },
      },
    ];
    const here = (variants: ReleaseVariant[]) =>
      selectVariant(release(variants), 'device', profileOf('flagship-2026'));
    const { ranked, reason } = here([
      variant('fp32', { latency: told(0.2, 0.9, ['npu', 'cpu']) }),
      variant('fp16', { latency: told(5, 9, ['cpu']) }),
    ]);
    const [divided, left] = [
      ranked.find(({ precision }) => precision === 'fp32'),
      ranked.find(({ precision }) => precision === 'fp16'),
    ];
    expect(left).toMatchObject({ unit: { kind: 'cpu' }, provenance: 'estimated' });
    // By its own profile: what was known when it was built may be outdated.
    expect(left?.predictedMs).toBeLessThan(1);
    expect(divided?.unit.kind).toBe('cpu');
    const both = here([variant('fp16', { latency: told(5, 9, ['npu', 'cpu']) })]);
    expect(both.ranked[0]).toMatchObject({ predictedMs: 5, energyMj: 9, restOnCpu: true });
    expect(both.reason).toContain('5 ms and 9 mJ on the NPU (qnn) and the CPU, estimated');
    const whole = here([variant('fp16', { latency: told(5, 9, ['npu']) })]);
    expect(whole.ranked).toEqual(here([variant('fp16')]).ranked);
    expect(reason).not.toContain('NPU');
  });

  it('does not let the noise of a measurement choose', () => {
    const noisy = (value: number, interval: [number, number]) =>
      variant('fp32', {
        id: `at-${value}`,
        quality: { ...quality(value), reference: 0.9, interval },
      });
    const better = noisy(0.902, [-0.001, 0.005]);
    const { ranked } = selectVariant(
      release([better, noisy(0.9, [0, 0])]),
      'device',
      profileOf('cpu-x64'),
    );
    expect(ranked.map((one) => one.quality)).toEqual([0.9, 0.9]);
    expect(chosenOn('cpu-x64', [better, noisy(0.88, [-0.03, -0.01])])).toBe('at-0.902');
  });

  it('takes quality over a little time, and treats an unknown one as worse than any known', () => {
    const pair = (a?: Quality, b?: Quality) =>
      [
        ['a', a],
        ['b', b],
      ].map(([id, q]) => {
        const { quality: _, ...bare } = variant('fp32', { id: id as string });
        return q === undefined ? bare : { ...bare, quality: q as Quality };
      }) as ReleaseVariant[];
    expect(chosenOn('cpu-x64', pair(quality(0.9), quality(0.91)))).toBe('b');
    expect(chosenOn('cpu-x64', pair(undefined, quality(0.5)))).toBe('b');
    expect(chosenOn('cpu-x64', pair(undefined, undefined))).toBe('a');
    expect(chosenOn('cpu-x64', pair(quality(12, 'snr'), quality(40, 'snr')))).toBe('a');
  });
});

describe('a machine that is no target of the catalogue', () => {
  it('takes a variant that was built for targets, judged by its own profile', () => {
    const { target: _, ...self } = profileOf('cpu-x64');
    const built = { ...variant('fp32'), targets: ['flagship-2026'] };
    expect(selectVariant(release([built]), 'device', self).chosen).toBe(built.id);
    expect(selectVariant(release([built]), 'device', profileOf('cpu-x64')).chosen).toBeUndefined();
  });
});

describe('a variant that does not fit', () => {
  const profile = profileOf('midrange-2021');
  const rejectedBy = (one: ReleaseVariant, over: Partial<Profile> = {}, live = {}, bar = {}) =>
    selectVariant(release([one]), 'device', { ...profile, ...over }, live, bar).rejected[0];
  const fp32 = variant('fp32');

  it.each<[string, ReleaseVariant, Partial<Profile>, object, object, string]>([
    ['tier', { ...fp32, tier: 'edge' }, {}, {}, {}, 'it is for the edge tier'],
    [
      'target',
      { ...fp32, targets: ['cpu-x64'] },
      {},
      {},
      {},
      'it was built for cpu-x64, and this is midrange-2021',
    ],
    [
      'engine',
      { ...fp32, engine: 'llama' },
      {},
      {},
      {},
      'it needs llama, and there is onnxruntime',
    ],
    [
      'opset',
      { ...fp32, opset: 99 },
      {},
      {},
      {},
      'it uses opset 99, and onnxruntime here runs up to 26',
    ],
    ['precision', variant('int2'), {}, {}, {}, 'no processor here runs int2'],
    [
      'memory',
      fp32,
      { memory: { budgetBytes: 1000, bandwidth: 1 } },
      {},
      {},
      'it takes 170000 bytes of memory, and 1000 are there',
    ],
    [
      'memory',
      fp32,
      {},
      { freeMemoryBytes: 10 },
      {},
      'it takes 170000 bytes of memory, and 10 are there',
    ],
    [
      'memory',
      fp32,
      { memory: { budgetBytes: 1e9, bandwidth: 1, activationBytes: 1000 } },
      {},
      {},
      'its activations take 58000 bytes, and their memory has 1000',
    ],
    [
      'storage',
      fp32,
      { storageBytes: 10 },
      {},
      {},
      'it takes 100000 bytes of storage, and 10 are there',
    ],
    ['quality', fp32, {}, {}, { minQuality: 0.95 }, 'its quality is 0.93, and 0.95 is asked for'],
    [
      'quality',
      variant('fp32', { quality: quality(40, 'snr') }),
      {},
      {},
      { minQuality: 0.1 },
      'its quality is unknown, and 0.1 is asked for',
    ],
  ])(
    'by %s is rejected with what it needs and what there is',
    (code, one, over, live, bar, reason) => {
      expect(rejectedBy(one, over, live, bar)).toEqual({
        variant: one.id,
        code,
        rule: `variant-${code}`,
        reason,
      });
    },
  );

  it('needs the memory of what it is converted to', () => {
    const tight = { memory: { budgetBytes: 250_000, bandwidth: 1e9 } };
    expect(rejectedBy(variant('fp16'), tight)?.reason).toBe(
      'it takes 340000 bytes of memory, and 250000 are there',
    );
    expect(rejectedBy(fp32, tight)).toBeUndefined();
  });

  it('leaves the choice empty when it was the only one, and the sentence says why', () => {
    const selection = selectVariant(release([variant('int2')]), 'device', profile);
    expect(selection).not.toHaveProperty('chosen');
    expect(selection.reason).toBe(
      'no variant of a/b 1.0.0 fits (device-int2: no processor here runs int2)',
    );
  });
});

describe('for any release and device', () => {
  it('every variant is ranked or rejected, and the order of a release decides nothing', () => {
    const anyVariant = fc.record({
      tier: fc.constantFrom('device' as const, 'edge' as const),
      precision: fc.constantFrom('fp32', 'fp16', 'int8-dynamic', 'int4'),
      macs: fc.integer({ min: 0, max: 1e9 }),
      bytes: fc.integer({ min: 0, max: 1e9 }),
      value: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    });
    fc.assert(
      fc.property(
        fc.array(anyVariant, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(...catalogue),
        (all, chip) => {
          const variants = all.map(({ tier, precision, macs, bytes, value }, i) => {
            const { quality: _, ...bare } = variant(precision, { id: `v${i}`, tier, bytes });
            const workload = { ...bare.workload, macs, weightBytes: bytes, peakMemoryBytes: bytes };
            return { ...bare, workload, ...(value !== undefined && { quality: quality(value) }) };
          });
          const selection = selectVariant(release(variants), 'device', profileOf(chip));
          const told = [...selection.ranked, ...selection.rejected]
            .map((one) => one.variant)
            .sort();
          expect(told).toEqual(variants.map(({ id }) => id).sort());
          expect(selection.chosen).toBe(selection.ranked[0]?.variant);
          for (const { score, parts } of selection.ranked) {
            const sum = Object.values(parts).reduce((total, part) => total + part, 0);
            expect(score).toBeCloseTo(sum, 9);
            expect(Number.isFinite(score)).toBe(true);
          }
          const turned = selectVariant(release([...variants].reverse()), 'device', profileOf(chip));
          expect(turned.ranked).toEqual(selection.ranked);
        },
      ),
      { numRuns: 500 },
    );
  });
});
