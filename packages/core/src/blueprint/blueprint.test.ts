import { describe, expect, expectTypeOf, it } from 'vitest';
import { type Blueprint, type Precision, parseBlueprint } from './index.ts';

const good = {
  apiVersion: 'selvedge.dev/v1',
  kind: 'Blueprint',
  family: 'acme/glyphs',
  version: '1.0.0',
  licence: 'Apache-2.0',
  evaluation: { dataset: 'evaluation', metric: 'top1' },
  calibration: { dataset: 'calibration' },
  tiers: {
    device: {
      source: 'small.onnx',
      precisions: ['fp32', 'fp16', 'int8-dynamic'],
      targets: ['flagship-2026', 'midrange-2021'],
      budget: { maxBytes: 1_000_000, maxMemoryBytes: 4_000_000, maxLatencyMs: 5 },
      quality: { min: 0.9, maxDrop: 0.01 },
    },
    edge: { source: 'large.onnx', precisions: ['fp32'], compression: ['prune', 'cluster'] },
  },
  privacy: { labels: { personal: 'device', internal: 'edge' }, unlabelled: 'edge' },
  policy: 'policy.yaml',
} satisfies Blueprint;

function refusal(change: (blueprint: Record<string, unknown>) => void): string {
  const copy = structuredClone(good) as Record<string, unknown>;
  change(copy);
  try {
    parseBlueprint(copy, 'selvedge.yaml');
  } catch (caught) {
    const { message, hint } = caught as { message: string; hint: string };
    return `${message}: ${hint}`;
  }
  return 'accepted';
}

describe('a blueprint', () => {
  it('is read when it fits', () => {
    expect(parseBlueprint(good, 'selvedge.yaml')).toEqual(good);
    expectTypeOf<Precision>().toEqualTypeOf<
      'fp32' | 'fp16' | 'int8' | 'int8-dynamic' | 'int4' | 'mixed'
    >();
  });

  const at =
    (set: (tier: Record<string, unknown>) => void) => (blueprint: Record<string, unknown>) =>
      set((blueprint.tiers as { device: Record<string, unknown> }).device);
  it.each<[string, (blueprint: Record<string, unknown>) => void, string]>([
    [
      'an unknown key',
      at((tier) => (tier.qualty = {})),
      'tiers.device unknown key "qualty": did you mean "quality"?',
    ],
    [
      'a bar above 1',
      at((tier) => (tier.quality = { min: 98 })),
      'tiers.device.quality.min must be at most 1, not 98: it is a fraction between 0 and 1: 98% is 0.98',
    ],
    ['a missing source', at((tier) => delete tier.source), 'tiers.device.source is missing'],
    [
      'an unknown precision',
      at((tier) => (tier.precisions = ['fp8'])),
      'tiers.device.precisions.0 must be one of "fp32", "fp16"',
    ],
    [
      'a precision twice',
      at((tier) => (tier.precisions = ['fp32', 'fp32'])),
      'tiers.device.precisions names "fp32" twice',
    ],
    [
      'an unknown target',
      at((tier) => (tier.targets = ['midrange-2012'])),
      'tiers.device.targets.0 is no target of the catalogue: "midrange-2012": did you mean "midrange-2021"?',
    ],
    [
      'a budget of nothing',
      at((tier) => (tier.budget = { maxBytes: 0 })),
      'tiers.device.budget.maxBytes must be at least 1, not 0',
    ],
    [
      'no tier',
      (blueprint) => Object.assign(blueprint, { tiers: {} }),
      'tiers is empty: name at least one of device, edge, cloud',
    ],
    [
      'a tier of its own',
      (blueprint) => Object.assign(blueprint, { tiers: { fog: {} } }),
      'tiers unknown key "fog"',
    ],
    [
      'a label that leads nowhere',
      (blueprint) => Object.assign(blueprint, { privacy: { labels: { a: 'phone' } } }),
      'privacy.labels.a must be one of "device", "edge", "cloud", not "phone"',
    ],
    [
      'a family without an owner',
      (blueprint) => Object.assign(blueprint, { family: 'glyphs' }),
      'family must be owner/family',
    ],
  ])('with %s is refused, naming file, field and expectation', (_, change, message) => {
    expect(refusal(change)).toContain(`selvedge.yaml: ${message}`);
  });
});
