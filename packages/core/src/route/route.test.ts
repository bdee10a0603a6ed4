import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compileRoute,
  defaultPolicy,
  describeDecision,
  describeRejection,
  isRefusal,
  tierRank,
} from './index.ts';
import type { CompiledPolicy, Constraint } from './policy.ts';
import type { Candidate, RouteFacts, RouteRequest } from './types.ts';

const family = 'a/b';
const policy = (over: Partial<CompiledPolicy> = {}): CompiledPolicy => ({
  ...defaultPolicy(family),
  ...over,
});
const candidate = (id: string, over: Partial<Candidate> = {}): Candidate => ({
  id,
  tier: id.split('/')[0] as Candidate['tier'],
  predictedMs: 10,
  provenance: 'estimated',
  available: true,
  ...over,
});
const facts = (...candidates: Candidate[]): RouteFacts => ({ device: {}, candidates });
const request = (over: Partial<RouteRequest> = {}): RouteRequest => ({
  family,
  labels: [],
  ...over,
});
const decide = (asked: RouteRequest, given: RouteFacts, by: CompiledPolicy = policy()) =>
  compileRoute(by).decide(asked, given);
const rules = (decision: { rejected: readonly { candidate: string; rule: string }[] }) =>
  Object.fromEntries(decision.rejected.map(({ candidate, rule }) => [candidate, rule]));

const device = candidate('device/int8', { predictedMs: 2, quality: 0.9 });
const edge = candidate('edge/eu-1', { predictedMs: 12, quality: 0.97 });
const cloud = candidate('cloud/main', { predictedMs: 80, quality: 0.99, cost: 0.001 });
const everywhere = facts(device, edge, cloud);

describe('privacy', () => {
  it('keeps a labelled request within the tier of its label', () => {
    const decision = decide(request({ labels: ['internal'] }), everywhere);
    expect(decision.plan.map((step) => step.candidate)).toEqual(['device/int8', 'edge/eu-1']);
    expect(decision.rejected).toEqual([
      { candidate: 'cloud/main', code: 'privacy', rule: 'privacy-internal' },
    ]);
  });

  it('takes the strictest of several labels', () => {
    expect(
      rules(decide(request({ labels: ['public', 'private', 'internal'] }), everywhere)),
    ).toEqual({
      'edge/eu-1': 'privacy-private',
      'cloud/main': 'privacy-private',
    });
  });

  it('keeps a label that it does not know on the device', () => {
    for (const label of ['medical', 'constructor', '__proto__', '']) {
      const decision = decide(request({ labels: ['public', label] }), everywhere);
      expect(rules(decision)).toEqual({
        'edge/eu-1': 'privacy-unknown-label',
        'cloud/main': 'privacy-unknown-label',
      });
    }
  });

  it('keeps unlabelled requests where the policy says', () => {
    expect(decide(request(), everywhere).rejected).toEqual([]);
    expect(rules(decide(request(), everywhere, policy({ unlabelled: 'edge' })))).toEqual({
      'cloud/main': 'privacy-unlabelled',
    });
  });

  it('names privacy before the outage of a place that is also unreachable', () => {
    const decision = decide(
      request({ labels: ['private'] }),
      facts(candidate('edge/x', { available: false })),
    );
    expect(decision.rejected[0]).toMatchObject({ code: 'privacy' });
  });

  it('keeps a tier it has never heard of out of everything', () => {
    const fog = candidate('device/fog', { tier: 'fog' as Candidate['tier'] });
    expect(decide(request(), facts(fog)).plan).toEqual([]);
  });
});

describe('the built-in constraints', () => {
  it('rule out what is unavailable, what rests, what is too poor, too late, too dear', () => {
    const decision = decide(
      request({ minQuality: 0.9, deadlineMs: 50, maxCost: 0.01 }),
      facts(
        candidate('edge/off', { quality: 1, cost: 0, available: false }),
        candidate('edge/resting', { quality: 1, cost: 0, breaker: 'open' }),
        candidate('edge/trying', { quality: 1, cost: 0, breaker: 'half-open' }),
        candidate('edge/poor', { quality: 0.8, cost: 0 }),
        candidate('edge/unproven', { cost: 0 }),
        candidate('edge/late', { quality: 1, cost: 0, predictedMs: 51 }),
        candidate('edge/never', { quality: 1, cost: 0, predictedMs: Number.NaN }),
        candidate('edge/dear', { quality: 1, cost: 0.02 }),
        candidate('edge/unpriced', { quality: 1 }),
        candidate('device/free', { quality: 1 }),
      ),
    );
    expect(rules(decision)).toEqual({
      'edge/off': 'available',
      'edge/resting': 'breaker',
      'edge/poor': 'min-quality',
      'edge/unproven': 'min-quality',
      'edge/late': 'deadline',
      'edge/never': 'deadline',
      'edge/dear': 'max-cost',
      'edge/unpriced': 'max-cost',
    });
    expect(decision.plan.map((step) => step.candidate)).toEqual(['device/free', 'edge/trying']);
  });

  it('rule out everything when what is asked for is no number', () => {
    for (const asked of [
      { minQuality: Number.NaN },
      { deadlineMs: Number.NaN },
      { maxCost: Number.NaN },
    ]) {
      expect(decide(request(asked), everywhere).plan).toEqual([]);
    }
  });
});

describe('the author’s constraints', () => {
  const saving: Constraint = {
    id: 'save-battery',
    code: 'rule',
    when: ['lt', ['fact', 'device.battery'], ['lit', 0.2]],
    require: ['ne', ['fact', 'candidate.tier'], ['lit', 'device']],
  };
  const by = policy({ constraints: [saving] });

  it('hold where their condition does', () => {
    expect(rules(decide(request(), { ...everywhere, device: { battery: 0.1 } }, by))).toEqual({
      'device/int8': 'save-battery',
    });
    expect(decide(request(), { ...everywhere, device: { battery: 0.9 } }, by).rejected).toEqual([]);
  });

  it('fail closed where a fact is missing, but only where it matters', () => {
    expect(rules(decide(request(), everywhere, by))).toEqual({ 'device/int8': 'save-battery' });
  });

  it('fail closed where what they require cannot be known', () => {
    const roomy: Constraint = {
      id: 'roomy',
      code: 'rule',
      when: ['eq', ['fact', 'candidate.tier'], ['lit', 'device']],
      require: ['gt', ['fact', 'device.freeMemoryBytes'], ['lit', 1000]],
    };
    expect(rules(decide(request(), everywhere, policy({ constraints: [roomy] })))).toEqual({
      'device/int8': 'roomy',
    });
  });

  it('refuse with their own code', () => {
    const licence: Constraint = {
      ...saving,
      id: 'no-cloud',
      code: 'licence',
      when: ['lit', true],
      require: ['lit', false],
    };
    const [rejection] = decide(
      request(),
      facts(device),
      policy({ constraints: [licence] }),
    ).rejected;
    expect(rejection).toEqual({ candidate: 'device/int8', code: 'licence', rule: 'no-cloud' });
    expect(isRefusal(rejection!)).toBe(true);
  });

  it.each([
    'deadline',
    'objective',
    'no-candidates',
    'privacy-internal',
    'privacy-unknown-label',
    'privacy-unlabelled',
  ])('may not call themselves %s', (id) => {
    expect(() => compileRoute(policy({ constraints: [{ ...saving, id }] }))).toThrow(
      /built-in rule/,
    );
  });

  it('may not share an id, and a malformed one is refused with its place', () => {
    expect(() => compileRoute(policy({ constraints: [saving, saving] }))).toThrow(
      /"save-battery" is used twice/,
    );
    const broken = {
      ...saving,
      require: ['lt', ['lit', 1], ['lit', 'x']],
    } as unknown as Constraint;
    expect(() =>
      compileRoute(policy({ constraints: [saving, { ...broken, id: 'b' }] }), 'policy.json'),
    ).toThrow('policy.json: constraints.1.require[2]: expected a number, not a string');
  });
});

describe('a policy that needs a newer reader', () => {
  it('is refused, not misread', () => {
    expect(() => compileRoute({ ...policy(), critical: ['jurisdictions'] })).toThrow(
      /needs a reader that knows jurisdictions/,
    );
    expect(() => compileRoute({ ...policy(), critical: ['constraints'] })).not.toThrow();
  });
  it('may not define a label whose rule id is taken', () => {
    expect(() => compileRoute(policy({ labels: { 'unknown-label': 'cloud' } }))).toThrow(
      /reserved/,
    );
  });
});

describe('the order of a plan', () => {
  it('is by score, then the nearer tier, then the id', () => {
    const flat = policy({ objective: { latency: 0, cost: 0, energy: 0, quality: 0 } });
    const shuffled = facts(
      candidate('cloud/a'),
      candidate('edge/b'),
      candidate('device/z'),
      candidate('edge/a'),
    );
    expect(decide(request(), shuffled, flat).plan.map((step) => step.candidate)).toEqual([
      'device/z',
      'edge/a',
      'edge/b',
      'cloud/a',
    ]);
  });

  it('weighs latency, cost, energy and missing quality', () => {
    const weights = policy({ objective: { latency: 1, cost: 100, energy: 2, quality: 10 } });
    const one = candidate('edge/x', { predictedMs: 5, cost: 0.1, energyMj: 3, quality: 0.8 });
    expect(decide(request(), facts(one), weights).plan[0]!.score).toBeCloseTo(5 + 10 + 6 + 2, 9);
  });

  it('puts what cannot be predicted last, in numbers that JSON can hold', () => {
    const odd = candidate('device/odd', { predictedMs: Number.POSITIVE_INFINITY, quality: 1 });
    const { plan } = decide(request(), facts(odd, edge));
    expect(plan.map((step) => step.candidate)).toEqual(['edge/eu-1', 'device/odd']);
    expect(Number.isFinite(plan[1]!.score)).toBe(true);
  });
});

describe('the deciding rule', () => {
  it('is the objective where the best of all comes first', () => {
    expect(decide(request(), everywhere).rule).toBe('objective');
    expect(decide(request({ labels: ['private'] }), everywhere).rule).toBe('objective');
  });
  it('is the rule that ruled a better place out', () => {
    expect(decide(request({ minQuality: 0.95 }), everywhere).rule).toBe('min-quality');
  });
  it('is the privacy rule where nothing is left and privacy had a part in it', () => {
    const failing = facts({ ...device, available: false }, edge);
    expect(decide(request({ labels: ['private'] }), failing).rule).toBe('privacy-private');
  });
  it('is no-candidates where there were none', () => {
    expect(decide(request(), facts()).rule).toBe('no-candidates');
  });
});

describe('a recheck', () => {
  const route = compileRoute(policy());
  it('is the same judgement on fresh facts', () => {
    expect(route.recheck(request(), everywhere, 'edge/eu-1')).toBeUndefined();
    const broken = facts(device, { ...edge, breaker: 'open' });
    expect(route.recheck(request(), broken, 'edge/eu-1')).toMatchObject({ rule: 'breaker' });
    expect(route.recheck(request({ deadlineMs: 5 }), everywhere, 'edge/eu-1')).toMatchObject({
      rule: 'deadline',
    });
  });
  it('finds a place that has gone unavailable', () => {
    expect(route.recheck(request(), facts(device), 'edge/eu-1')).toEqual({
      candidate: 'edge/eu-1',
      code: 'unavailable',
      rule: 'available',
    });
  });
});

describe('words for a decision', () => {
  it('name candidate, reason and rule', () => {
    expect(
      describeRejection({ candidate: 'edge/eu-1', code: 'privacy', rule: 'privacy-personal' }),
    ).toBe('edge/eu-1 refused: label "personal" may not go that far (rule privacy-personal)');
    expect(describeRejection({ candidate: 'edge/eu-1', code: 'rule', rule: 'constructor' })).toBe(
      "edge/eu-1 ruled out: the family's policy forbids it (rule constructor)",
    );
    expect(describeDecision(decide(request(), facts()))).toBe(
      'no place is left (rule no-candidates)',
    );
  });
});

const tier = fc.constantFrom('device', 'edge', 'cloud') as fc.Arbitrary<Candidate['tier']>;
const anyCandidate: fc.Arbitrary<Candidate> = fc.record(
  {
    id: fc.string({ maxLength: 4 }),
    tier,
    predictedMs: fc.oneof(
      fc.double({ min: 0, max: 100, noNaN: true }),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
    ),
    provenance: fc.constant('estimated' as const),
    available: fc.boolean(),
    quality: fc.double({ min: 0, max: 1 }),
    cost: fc.double({ min: 0, max: 1 }),
    energyMj: fc.double({ min: 0, max: 10 }),
    breaker: fc.constantFrom('closed', 'half-open', 'open'),
    region: fc.constantFrom('eu', 'us'),
  },
  { requiredKeys: ['id', 'tier', 'predictedMs', 'provenance', 'available'] },
);
const anyRequest: fc.Arbitrary<RouteRequest> = fc.record(
  {
    family: fc.constant(family),
    labels: fc.array(fc.constantFrom('private', 'internal', 'public', 'strange'), { maxLength: 3 }),
    deadlineMs: fc.double({ min: 0, max: 100 }),
    minQuality: fc.double({ min: 0, max: 1 }),
    maxCost: fc.double({ min: 0, max: 1 }),
  },
  { requiredKeys: ['family', 'labels'] },
);
const anyFacts: fc.Arbitrary<RouteFacts> = fc.record({
  device: fc.record({ battery: fc.double({ min: 0, max: 1 }) }, { requiredKeys: [] }),
  candidates: fc.array(anyCandidate, { maxLength: 8 }),
});
const ruled = compileRoute(
  policy({
    constraints: [
      {
        id: 'battery',
        code: 'rule',
        when: ['lt', ['fact', 'device.battery'], ['lit', 0.3]],
        require: ['ne', ['fact', 'candidate.tier'], ['lit', 'device']],
      },
      {
        id: 'residency',
        code: 'privacy',
        when: ['eq', ['fact', 'candidate.tier'], ['lit', 'cloud']],
        require: ['eq', ['fact', 'candidate.region'], ['lit', 'eu']],
      },
    ],
  }),
);

describe('for any request and facts', () => {
  it('every candidate is either in the plan or rejected by a named rule', () => {
    fc.assert(
      fc.property(anyRequest, anyFacts, (asked, given) => {
        const { plan, rejected, rule } = ruled.decide(asked, given);
        const told = [...plan, ...rejected].map((one) => one.candidate).sort();
        expect(told).toEqual(given.candidates.map(({ id }) => id).sort());
        for (const rejection of rejected) expect(rejection.rule).toMatch(/^[a-z0-9][a-z0-9._-]*$/);
        expect(rule).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });

  it('no plan goes farther than the strictest label', () => {
    const reach = { private: 0, internal: 1, public: 2, strange: 0 } as Record<string, number>;
    fc.assert(
      fc.property(anyRequest, anyFacts, (asked, given) => {
        const farthest = Math.min(2, ...asked.labels.map((label) => reach[label]!));
        for (const step of ruled.decide(asked, given).plan)
          expect(tierRank[step.tier]).toBeLessThanOrEqual(farthest);
      }),
      { numRuns: 2000 },
    );
  });

  it('the plan is sorted and does not depend on the order of candidates', () => {
    fc.assert(
      fc.property(anyRequest, anyFacts, (asked, given) => {
        const unique = {
          ...given,
          candidates: given.candidates.map((one, i) => ({ ...one, id: `${one.id}${i}` })),
        };
        const { plan, rule } = ruled.decide(asked, unique);
        expect(plan.map(({ score }) => score)).toEqual(
          plan.map(({ score }) => score).sort((a, b) => a - b),
        );
        const turned = ruled.decide(asked, {
          ...unique,
          candidates: [...unique.candidates].reverse(),
        });
        expect(turned.plan).toEqual(plan);
        expect(turned.rule).toBe(rule);
      }),
      { numRuns: 1000 },
    );
  });

  it('a recheck with the same facts says what the decision said', () => {
    fc.assert(
      fc.property(anyRequest, anyFacts, (asked, given) => {
        const unique = {
          ...given,
          candidates: given.candidates.map((one, i) => ({ ...one, id: `${i}` })),
        };
        const { plan, rejected } = ruled.decide(asked, unique);
        for (const step of plan)
          expect(ruled.recheck(asked, unique, step.candidate)).toBeUndefined();
        for (const one of rejected)
          expect(ruled.recheck(asked, unique, one.candidate)).toEqual(one);
      }),
      { numRuns: 1000 },
    );
  });
});
