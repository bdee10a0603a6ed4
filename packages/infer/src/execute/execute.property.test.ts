import { type ErrorCode, isSelvedgeError, SelvedgeError } from '@selvedge/core/errors';
import {
  type Candidate,
  type CompiledPolicy,
  compileRoute,
  defaultPolicy,
  isRefusal,
  type Rejection,
  type RouteFacts,
  type RouteRequest,
} from '@selvedge/core/route';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Attempt, Breakers, type Execution, execute } from './index.ts';
import { VirtualClock } from './virtual-clock.fixture.ts';

const ids = ['device/a', 'device/b', 'edge/a', 'edge/b', 'cloud/a', 'cloud/b'];
const labels = ['private', 'internal', 'public', 'nobody-knows-this'];
const codes: ErrorCode[] = ['engine-failed', 'network', 'bad-input', 'timeout', 'out-of-memory'];

const candidate = (id: string): fc.Arbitrary<Candidate> =>
  fc.record(
    {
      id: fc.constant(id),
      tier: fc.constant(id.split('/')[0] as Candidate['tier']),
      predictedMs: fc.integer({ min: 0, max: 120 }),
      provenance: fc.constant('measured' as const),
      available: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.boolean()),
      quality: fc.double({ min: 0, max: 1, noNaN: true }),
      cost: fc.integer({ min: 0, max: 5 }),
    },
    { requiredKeys: ['id', 'tier', 'predictedMs', 'provenance', 'available'] },
  );

const facts: fc.Arbitrary<RouteFacts> = fc.record({
  device: fc.record({ battery: fc.double({ min: 0, max: 1, noNaN: true }) }, { requiredKeys: [] }),
  candidates: fc.subarray(ids).chain((some) => fc.tuple(...some.map(candidate))),
});

const request: fc.Arbitrary<RouteRequest> = fc.record(
  {
    family: fc.constant('acme/glyphs'),
    labels: fc.subarray(labels),
    deadlineMs: fc.integer({ min: 0, max: 200 }),
    minQuality: fc.double({ min: 0, max: 1, noNaN: true }),
    maxCost: fc.integer({ min: 0, max: 8 }),
  },
  { requiredKeys: ['family', 'labels'] },
);

const behaviour = fc.record({
  afterMs: fc.option(fc.integer({ min: 0, max: 150 })),
  code: fc.option(fc.constantFrom(...codes)),
});

const policy: CompiledPolicy = {
  ...defaultPolicy('acme/glyphs'),
  constraints: [
    {
      id: 'saves-battery',
      code: 'rule',
      when: ['eq', ['fact', 'candidate.tier'], ['lit', 'device']],
      require: ['ge', ['fact', 'device.battery'], ['lit', 0.2]],
    },
    {
      // Reads the deadline that was asked for: what is left of it must not loosen the rule.
      id: 'patient-waits-for-power',
      code: 'rule',
      when: [
        'and',
        ['eq', ['fact', 'candidate.tier'], ['lit', 'edge']],
        ['has', 'request.deadlineMs'],
        ['ge', ['fact', 'request.deadlineMs'], ['lit', 100]],
      ],
      require: ['ge', ['fact', 'device.battery'], ['lit', 0.5]],
    },
  ],
};
const route = compileRoute(policy);

/** The facts change at these times; behaviours are taken in turn. */
const scene = fc.record({
  request,
  world: fc.array(fc.record({ atMs: fc.integer({ min: 0, max: 200 }), facts }), {
    minLength: 1,
    maxLength: 5,
  }),
  behaviours: fc.array(behaviour, { minLength: 6, maxLength: 6 }),
  withBreakers: fc.boolean(),
});

it('no attempt ever runs on a candidate that the policy refuses at that moment', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async ({ request, world, behaviours, withBreakers }) => {
      const clock = new VirtualClock();
      const now = () => {
        const past = world.filter(({ atMs }) => atMs <= clock.now());
        return (past.at(-1) ?? world[0]!).facts;
      };
      const decision = route.decide(request, now());
      const breakers = withBreakers ? new Breakers({ failures: 1 }) : undefined;
      const running = new Set<string>();
      const violations: unknown[] = [];
      let [tried, spent] = [0, 0];
      const ending = await clock
        .run(
          execute({
            request,
            decision,
            facts: now,
            recheck: route.recheck,
            clock,
            ...(breakers ? { breakers } : {}),
            attempt: ({ id, cost = 0 }, { signal, timeoutMs }) => {
              // Promise 4: allowed now, by the original request, within what is left. Noted, since
              // what an attempt throws is only a failed attempt.
              const rejection = route.recheck(request, now(), id);
              if (rejection) violations.push(rejection);
              spent += cost;
              if (spent > (request.maxCost ?? Number.POSITIVE_INFINITY)) violations.push({ spent });
              const endMs = clock.now() + timeoutMs;
              if (endMs > (request.deadlineMs ?? Number.POSITIVE_INFINITY))
                violations.push({ endMs });
              if (running.size > 0) violations.push([...running]);
              running.add(id);
              signal.addEventListener('abort', () => running.delete(id));
              const { afterMs, code } = behaviours[tried++]!;
              return new Promise<string>((resolve, reject) => {
                if (afterMs === null) return;
                clock.timer(afterMs, () => {
                  running.delete(id);
                  if (code === null) resolve(id);
                  else reject(new SelvedgeError(code, 'no'));
                });
              });
            },
          }),
        )
        .catch((caught: unknown) => caught as SelvedgeError);
      expectWholeTrail(
        ending,
        decision.plan.map((step) => step.candidate),
        request,
        clock.now(),
      );
      expect([...running, ...violations]).toEqual([]);
    }),
    { numRuns: 3_000 },
  );
});

/** Every candidate of the plan is accounted for, and the ending follows from the trail. */
function expectWholeTrail(
  ending: Execution<string> | SelvedgeError,
  plan: string[],
  { deadlineMs }: RouteRequest,
  nowMs: number,
): void {
  if (deadlineMs !== undefined) expect(nowMs).toBeLessThanOrEqual(deadlineMs);
  const trail = isSelvedgeError(ending)
    ? (ending.details as unknown as { attempts: Attempt[]; rejected: Rejection[] })
    : ending;
  const named = new Set([...trail.attempts, ...trail.rejected].map((one) => one.candidate));
  if (!isSelvedgeError(ending)) {
    expect(trail.attempts.at(-1)).toMatchObject({
      candidate: ending.result,
      outcome: 'answered',
    });
    return;
  }
  if (ending.code === 'bad-input') return;
  expect(plan.every((id) => named.has(id))).toBe(true);
  if (trail.rejected.some(isRefusal)) expect(ending.row.exit).toBe(4);
  else expect(['no-route', 'timeout']).toContain(ending.code);
}
