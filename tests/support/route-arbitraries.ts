/** Policies that authors can write, requests applications can make, facts a device can find. */
import fc from 'fast-check';
import type {
  Candidate,
  CompiledPolicy,
  RouteFacts,
  RouteRequest,
} from '../../packages/core/src/route/index.ts';
import { compileAuthorPolicy } from '../../packages/forge/src/policy/index.ts';

const tier = fc.constantFrom('device' as const, 'edge' as const, 'cloud' as const);
const label = fc.constantFrom('private', 'internal', 'public', 'never-heard-of');
const someNumber = fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), fc.constant(Number.NaN));

/** Conditions as authors write them. */
const condition = fc
  .array(
    fc.constantFrom(
      'device.battery < 0.3',
      'has(device.battery)',
      'device.charging',
      'candidate.tier == "device"',
      'candidate.region in ["eu"]',
      'candidate.predictedMs > 20.0',
      'candidate.cost * 2.0 <= request.maxCost',
      '"internal" in request.labels',
    ),
    { minLength: 1, maxLength: 3 },
  )
  .chain((parts) =>
    fc.constantFrom(' && ', ' || ').map((by) => parts.map((part) => `(${part})`).join(by)),
  );

/** A policy that an author wrote, compiled. */
export const anyPolicy: fc.Arbitrary<CompiledPolicy> = fc
  .record({
    labels: fc.dictionary(fc.constantFrom('private', 'internal', 'public'), tier),
    unlabelled: tier,
    rules: fc.uniqueArray(
      fc.record({
        id: fc.integer({ min: 0, max: 9 }).map((n) => `rule-${n}`),
        code: fc.constantFrom('privacy', 'licence', 'rule'),
        when: condition,
        require: condition,
      }),
      { selector: ({ id }) => id, maxLength: 3 },
    ),
    objective: fc.record({ latency: fc.double({ min: 0, max: 10, noNaN: true }) }),
  })
  .map((author) =>
    compileAuthorPolicy(
      JSON.stringify({ apiVersion: 'selvedge.dev/v1', kind: 'Policy', ...author }),
      'policy.json',
      'acme/glyphs',
    ),
  );

const candidate: fc.Arbitrary<Candidate> = fc.record(
  {
    id: fc.uuid(),
    tier,
    predictedMs: someNumber,
    provenance: fc.constantFrom('measured' as const, 'estimated' as const),
    available: fc.boolean(),
    breaker: fc.constantFrom('closed' as const, 'half-open' as const, 'open' as const),
    region: fc.constantFrom('eu', 'us'),
    quality: fc.double({ min: 0, max: 1 }),
    cost: someNumber,
    energyMj: someNumber,
  },
  { requiredKeys: ['id', 'tier', 'predictedMs', 'provenance', 'available'] },
);
export const anyFacts: fc.Arbitrary<RouteFacts> = fc.record({
  device: fc.record(
    { battery: fc.double({ min: 0, max: 1 }), charging: fc.boolean() },
    { requiredKeys: [] },
  ),
  candidates: fc.array(candidate, { maxLength: 8 }),
});
export const anyRequest: fc.Arbitrary<RouteRequest> = fc.record(
  {
    family: fc.constant('acme/glyphs'),
    labels: fc.array(label, { maxLength: 3 }),
    deadlineMs: someNumber,
    minQuality: someNumber,
    maxCost: someNumber,
  },
  { requiredKeys: ['family', 'labels'] },
);
