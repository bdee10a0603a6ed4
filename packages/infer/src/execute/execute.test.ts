import { type ErrorCode, SelvedgeError } from '@selvedge/core/errors';
import {
  type Candidate,
  type CompiledRoute,
  compileRoute,
  defaultPolicy,
  type RouteFacts,
  type RouteRequest,
} from '@selvedge/core/route';
import { describe, expect, it } from 'vitest';
import { type BreakerOptions, Breakers, type ExecuteOptions, execute } from './index.ts';
import { VirtualClock } from './virtual-clock.fixture.ts';

const defaultRoute = compileRoute(defaultPolicy('acme/glyphs'));
const device = place('device/small', { tier: 'device', predictedMs: 5 });
const edge = place('edge/eu', { tier: 'edge', predictedMs: 20 });
const cloud = place('cloud/far', { tier: 'cloud', predictedMs: 80, cost: 2 });

function place(id: string, more: Partial<Candidate>): Candidate {
  return {
    id,
    tier: 'device',
    predictedMs: 1,
    provenance: 'measured',
    quality: 0.99,
    available: true,
    ...more,
  };
}

/** What a place does with a request: answer or fail after some time, or never say anything. */
type Behaviour = { afterMs: number; code?: ErrorCode } | 'hangs';

interface Scene {
  places: Candidate[];
  behaves: Record<string, Behaviour>;
  request?: Partial<RouteRequest>;
  breakers?: Breakers;
  clock?: VirtualClock;
  signal?: AbortSignal;
  route?: CompiledRoute;
  battery?: number;
  /** Called when an attempt starts, to change the world. */
  onAttempt?: (id: string, facts: { value: RouteFacts }) => void;
}

function start(scene: Scene) {
  const { route = defaultRoute, battery = 1 } = scene;
  const clock = scene.clock ?? new VirtualClock();
  const request: RouteRequest = { family: 'acme/glyphs', labels: [], ...scene.request };
  const facts = { value: { device: { battery }, candidates: scene.places } as RouteFacts };
  const seen = { aborted: [] as string[], timeouts: {} as Record<string, number> };
  const options: ExecuteOptions<string> = {
    request,
    decision: route.decide(request, facts.value),
    facts: () => facts.value,
    recheck: route.recheck,
    clock,
    ...(scene.breakers ? { breakers: scene.breakers } : {}),
    ...(scene.signal ? { signal: scene.signal } : {}),
    attempt: ({ id }, { signal, timeoutMs }) => {
      scene.onAttempt?.(id, facts);
      seen.timeouts[id] = timeoutMs;
      signal.addEventListener('abort', () => seen.aborted.push(id));
      const behaviour = scene.behaves[id]!;
      return new Promise((resolve, reject) => {
        if (behaviour === 'hangs') return;
        const { afterMs, code } = behaviour;
        const end = () => (code ? reject(new SelvedgeError(code, `${id} says no`)) : resolve(id));
        clock.timer(afterMs, end);
      });
    },
  };
  return { run: () => clock.run(execute(options)), seen, clock };
}

const codeOf = async (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('should not have been answered'),
    (caught: SelvedgeError) => caught,
  );

describe('a plan', () => {
  it('ends with the first answer, which says where it comes from', async () => {
    const { run } = start({
      places: [device, edge],
      behaves: { 'device/small': { afterMs: 4 } },
    });
    expect(await run()).toMatchObject({
      result: 'device/small',
      candidate: { id: 'device/small' },
      attempts: [{ candidate: 'device/small', outcome: 'answered', ms: 4 }],
      rejected: [],
    });
  });

  it('goes on to the next place when one fails, in the order of the plan', async () => {
    const { run } = start({
      places: [cloud, edge, device],
      behaves: {
        'device/small': { afterMs: 3, code: 'engine-failed' },
        'edge/eu': { afterMs: 1, code: 'network' },
        'cloud/far': { afterMs: 70 },
      },
    });
    const { result, attempts } = await run();
    expect(result).toBe('cloud/far');
    expect(attempts).toMatchObject([
      { candidate: 'device/small', outcome: 'failed', ms: 3, code: 'engine-failed' },
      { candidate: 'edge/eu', outcome: 'failed', ms: 1, code: 'network' },
      { candidate: 'cloud/far', outcome: 'answered', ms: 70 },
    ]);
  });

  it('stops at an error that is the fault of the request', async () => {
    const { run } = start({
      places: [device, edge],
      behaves: { 'device/small': { afterMs: 1, code: 'bad-input' }, 'edge/eu': { afterMs: 1 } },
    });
    expect(await codeOf(run())).toMatchObject({
      code: 'bad-input',
      details: { attempts: [{ candidate: 'device/small' }] },
    });
  });

  it('turns what an attempt throws at once into a failed attempt', async () => {
    const clock = new VirtualClock();
    const facts = { device: {}, candidates: [device] };
    const request = { family: 'acme/glyphs', labels: [] };
    const running = execute({
      request,
      decision: defaultRoute.decide(request, facts),
      facts: () => facts,
      recheck: defaultRoute.recheck,
      clock,
      attempt: () => {
        throw new Error('broken');
      },
    });
    expect(await codeOf(clock.run(running))).toMatchObject({
      code: 'no-route',
      details: { attempts: [{ outcome: 'failed', code: 'internal' }] },
    });
  });
});

describe('one deadline', () => {
  const request = { deadlineMs: 100 };

  it('covers all attempts, and leaves the fallback its time', async () => {
    const { run, seen, clock } = start({
      places: [device, edge],
      behaves: { 'device/small': 'hangs', 'edge/eu': { afterMs: 20 } },
      request,
    });
    const { result, attempts } = await run();
    expect(result).toBe('edge/eu');
    expect(attempts[0]).toMatchObject({ outcome: 'timed-out', code: 'timeout', ms: 42.5 });
    expect(seen).toEqual({
      aborted: ['device/small'],
      timeouts: { 'device/small': 42.5, 'edge/eu': 57.5 },
    });
    expect(clock.now()).toBe(62.5);
  });

  it('rules out a place that would come too late after what is spent', async () => {
    const { run } = start({
      places: [device, { ...cloud, predictedMs: 80 }],
      behaves: { 'device/small': { afterMs: 12, code: 'engine-failed' } },
      request: { deadlineMs: 84 },
    });
    expect(await codeOf(run())).toMatchObject({
      code: 'no-route',
      details: { rejected: [{ candidate: 'cloud/far', code: 'deadline', rule: 'deadline' }] },
    });
  });

  it('passes: the error is a timeout', async () => {
    const { run, clock } = start({
      places: [device],
      behaves: { 'device/small': 'hangs' },
      request,
    });
    expect(await codeOf(run())).toMatchObject({ code: 'timeout', row: { exit: 3 } });
    expect(clock.now()).toBe(100);
  });

  it('without one an attempt is still not waited for for ever', async () => {
    const { run, clock } = start({ places: [device], behaves: { 'device/small': 'hangs' } });
    expect(await codeOf(run())).toMatchObject({ code: 'no-route' });
    expect(clock.now()).toBe(30_000);
  });
});

describe('one budget', () => {
  it('counts what a failed attempt may have cost', async () => {
    const other = { ...cloud, id: 'cloud/near', predictedMs: 90 };
    const { run } = start({
      places: [cloud, other],
      behaves: { 'cloud/far': { afterMs: 1, code: 'network' } },
      request: { maxCost: 3 },
    });
    expect(await codeOf(run())).toMatchObject({
      code: 'no-route',
      details: { rejected: [{ candidate: 'cloud/near', code: 'cost' }] },
    });
  });
});

describe('every attempt is checked again', () => {
  it('a place that has become unavailable is not tried', async () => {
    const { run } = start({
      places: [device, edge, cloud],
      behaves: {
        'device/small': { afterMs: 1, code: 'engine-failed' },
        'edge/eu': { afterMs: 1 },
        'cloud/far': { afterMs: 1 },
      },
      onAttempt: (_, facts) => {
        facts.value = { device: {}, candidates: [device, { ...edge, available: false }, cloud] };
      },
    });
    expect(await run()).toMatchObject({
      result: 'cloud/far',
      rejected: [{ candidate: 'edge/eu', code: 'unavailable' }],
    });
  });

  it('a rule about the deadline holds for the one that was asked for, not for what is left', async () => {
    const patient = compileRoute({
      ...defaultPolicy('acme/glyphs'),
      constraints: [
        {
          id: 'patient-saves-power',
          code: 'rule',
          when: ['ge', ['fact', 'request.deadlineMs'], ['lit', 100]],
          require: ['ge', ['fact', 'device.battery'], ['lit', 0.5]],
        },
      ],
    });
    const { run } = start({
      route: patient,
      places: [device, edge],
      behaves: { 'device/small': { afterMs: 9, code: 'engine-failed' }, 'edge/eu': { afterMs: 1 } },
      request: { deadlineMs: 100 },
      battery: 0.9,
      onAttempt: (_, facts) => {
        facts.value = { ...facts.value, device: { battery: 0.1 } };
      },
    });
    expect(await codeOf(run())).toMatchObject({
      details: { rejected: [{ candidate: 'edge/eu', rule: 'patient-saves-power' }] },
    });
  });

  it('a place that is gone from the facts is not tried', async () => {
    const { run } = start({
      places: [device, edge],
      behaves: { 'device/small': { afterMs: 1, code: 'engine-failed' }, 'edge/eu': { afterMs: 1 } },
      onAttempt: (_, facts) => {
        facts.value = { device: {}, candidates: [device] };
      },
    });
    expect(await codeOf(run())).toMatchObject({
      code: 'no-route',
      details: { rejected: [{ candidate: 'edge/eu', code: 'unavailable' }] },
    });
  });

  it('a private request stays where it is, though its only place fails: a refusal, exit 4', async () => {
    const { run, seen } = start({
      places: [device, edge, cloud],
      behaves: { 'device/small': { afterMs: 1, code: 'engine-failed' } },
      request: { labels: ['private'] },
    });
    const error = await codeOf(run());
    expect(error).toMatchObject({ code: 'privacy', row: { exit: 4, http: 403 } });
    expect(error.message).toContain('label "private" may not go that far (rule privacy-private)');
    expect(Object.keys(seen.timeouts)).toEqual(['device/small']);
  });

  it('an upstream that refuses for privacy stays a refusal', async () => {
    const { run } = start({
      places: [edge],
      behaves: { 'edge/eu': { afterMs: 1, code: 'privacy' } },
    });
    expect(await codeOf(run())).toMatchObject({ code: 'privacy' });
  });

  it('with no candidate at all there is no route', async () => {
    const { run } = start({ places: [], behaves: {} });
    expect(await codeOf(run())).toMatchObject({
      code: 'no-route',
      message: 'no place answered: there is no candidate',
    });
  });
});

describe('a caller who gives up', () => {
  it('ends the attempt at work and starts no other', async () => {
    const controller = new AbortController();
    const clock = new VirtualClock();
    clock.timer(10, () => controller.abort());
    const { run, seen } = start({
      places: [device, edge],
      behaves: { 'device/small': 'hangs', 'edge/eu': { afterMs: 1 } },
      signal: controller.signal,
      clock,
    });
    expect(await codeOf(run())).toMatchObject({
      code: 'cancelled',
      details: { attempts: [{ candidate: 'device/small', outcome: 'cancelled' }] },
    });
    expect(seen.aborted).toEqual(['device/small']);
    expect(clock.now()).toBe(10);
  });

  it('before the start: nothing is tried', async () => {
    const { run, seen } = start({
      places: [device],
      behaves: { 'device/small': { afterMs: 1 } },
      signal: AbortSignal.abort(),
    });
    expect(await codeOf(run())).toMatchObject({ code: 'cancelled' });
    expect(seen.timeouts).toEqual({});
  });
});

describe('breakers', () => {
  const options: BreakerOptions = { failures: 2, restMs: 1_000, longestRestMs: 3_000 };
  const failing: Scene = {
    places: [device, edge],
    behaves: { 'device/small': { afterMs: 1, code: 'engine-failed' }, 'edge/eu': { afterMs: 1 } },
  };

  it('an open one keeps a place from being tried; after the rest a probe closes it', async () => {
    const [breakers, clock] = [new Breakers(options), new VirtualClock()];
    for (let i = 0; i < 2; i += 1) await start({ ...failing, breakers, clock }).run();
    expect(breakers.state('device/small', clock.now())).toBe('open');
    const open = await start({ ...failing, breakers, clock }).run();
    expect(open.attempts.map(({ candidate }) => candidate)).toEqual(['edge/eu']);
    expect(open.rejected).toEqual([
      { candidate: 'device/small', code: 'breaker', rule: 'breaker' },
    ]);

    await clock.run(new Promise<void>((resolve) => clock.timer(1_000, resolve)));
    expect(breakers.state('device/small', clock.now())).toBe('half-open');
    const well = { ...failing, behaves: { 'device/small': { afterMs: 1 } } };
    expect((await start({ ...well, breakers, clock }).run()).result).toBe('device/small');
    expect(breakers.state('device/small', clock.now())).toBe('closed');
  });

  it('a failed probe opens it for twice the rest, up to the longest', () => {
    const breakers = new Breakers(options);
    let now = 0;
    for (let i = 0; i < 2; i += 1) breakers.permit('x', now)!.failed(now);
    for (const restMs of [1_000, 2_000, 3_000, 3_000]) {
      expect(breakers.permit('x', now + restMs - 1)).toBeUndefined();
      now += restMs;
      breakers.permit('x', now)!.failed(now);
    }
  });

  it('lets one probe through at a time', () => {
    const breakers = new Breakers(options);
    for (let i = 0; i < 2; i += 1) breakers.permit('x', 0)!.failed(0);
    const probe = breakers.permit('x', 1_000)!;
    expect(breakers.state('x', 1_000)).toBe('open');
    expect(breakers.permit('x', 1_000)).toBeUndefined();
    probe.dropped();
    expect(breakers.state('x', 1_000)).toBe('half-open');
    breakers.permit('x', 1_000)!.succeeded();
    expect(breakers.state('x', 1_000)).toBe('closed');
  });

  it('forgets what an attempt from before it opened says later', () => {
    const breakers = new Breakers(options);
    const old = breakers.permit('x', 0)!;
    for (let i = 0; i < 2; i += 1) breakers.permit('x', 0)!.failed(0);
    old.succeeded();
    expect(breakers.state('x', 0)).toBe('open');
  });

  it('do not count a request that was wrong, or had too little time', async () => {
    const [breakers, clock] = [new Breakers(options), new VirtualClock()];
    for (let i = 0; i < 5; i += 1) {
      const wrong = { 'device/small': { afterMs: 1, code: 'bad-input' as const } };
      await codeOf(start({ places: [device], behaves: wrong, breakers, clock }).run());
      const hurried = { behaves: { 'device/small': 'hangs' as const }, request: { deadlineMs: 6 } };
      await codeOf(start({ places: [device], ...hurried, breakers, clock }).run());
    }
    expect(breakers.state('device/small', clock.now())).toBe('closed');
  });
});
