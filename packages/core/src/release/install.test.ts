import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReleaseVariant } from './documents.ts';
import {
  type IllegalEvent,
  type Installation,
  type InstallEvent,
  type InstallTarget,
  keptTargets,
  maxTrials,
  newInstallation,
  recover,
  reduceInstall,
  refusalOf,
  reportInstallation,
} from './install.ts';

const digestOf = (n: number) => `sha256:${String(n).padStart(64, '0')}`;
const engine = 'onnxruntime 1.30.0';

function target(n: number): InstallTarget {
  const manifest = { mediaType: 'm', digest: digestOf(n), size: 1 };
  return { version: `1.0.${n}`, variant: { id: `v${n}`, manifest } as unknown as ReleaseVariant };
}

const isIllegal = (next: Installation | IllegalEvent): next is IllegalEvent => 'illegal' in next;

function run(
  events: InstallEvent[],
  from: Installation = newInstallation('acme/digits'),
): Installation {
  return events.reduce((state, event) => {
    const next = reduceInstall(state, event);
    if (isIllegal(next)) throw new Error(next.message);
    return next;
  }, from);
}

const install = (n: number): InstallEvent[] => [
  { type: 'planned', target: target(n), engine },
  { type: 'fetch-started' },
  { type: 'fetch-progressed', receivedBytes: 10 },
  { type: 'verified' },
  { type: 'staged' },
  { type: 'probation-started' },
  { type: 'golden-passed', digest: digestOf(n) },
];

describe('the install state machine', () => {
  it('commits a variant that answered its golden inputs and keeps the one before', () => {
    const state = run([...install(1), ...install(2)]);
    expect(state.active?.version).toBe('1.0.2');
    expect(state.previous?.version).toBe('1.0.1');
    expect(reportInstallation(state)).toEqual([
      {
        family: 'acme/digits',
        version: '1.0.2',
        variant: 'v2',
        digest: digestOf(2),
        state: 'committed',
      },
    ]);
  });

  it('drops the third oldest', () => {
    const state = run([...install(1), ...install(2), ...install(3)]);
    expect(keptTargets(state).map((kept) => kept.version)).toEqual(['1.0.3', '1.0.2']);
  });

  it('rolls back a variant that failed, reports it as such and lets the old one answer', () => {
    const reason = { code: 'golden-failed', message: 'output y differs' } as const;
    const failed: InstallEvent = { type: 'failed', reason, refuse: { engine } };
    const state = run([...install(1), ...install(2).slice(0, 6), failed]);
    expect(state.active?.version).toBe('1.0.1');
    expect(reportInstallation(state).map((entry) => entry.state)).toEqual([
      'committed',
      'rolled-back',
    ]);
    expect(refusalOf(state, digestOf(2), engine)?.code).toBe('golden-failed');
  });

  it('does not try a refused variant again with the same engine, but does with another', () => {
    const reason = { code: 'golden-failed', message: 'output y differs' } as const;
    const state = run([...install(2).slice(0, 6), { type: 'failed', reason, refuse: { engine } }]);
    expect(reduceInstall(state, { type: 'planned', target: target(2), engine })).toHaveProperty(
      'illegal',
    );
    const other = reduceInstall(state, {
      type: 'planned',
      target: target(2),
      engine: 'onnxruntime 2',
    });
    expect(other).toHaveProperty('attempt.state', 'planned');
  });

  it('blames a variant in whose probation the process died again and again', () => {
    let state = run(install(1).slice(0, 5));
    for (let trial = 0; trial < maxTrials; trial++) {
      expect(recover(state).action).toBe('try');
      state = run([{ type: 'probation-started' }], state);
    }
    expect(recover(state)).toMatchObject({
      action: 'roll-back',
      reason: { code: 'engine-failed' },
    });
  });

  it('falls back to the previous variant when the active one is lost', () => {
    const state = run([...install(1), ...install(2), { type: 'active-lost', digest: digestOf(2) }]);
    expect(state.active?.version).toBe('1.0.1');
  });

  it('repairs the active variant without giving up the previous one', () => {
    const state = run([...install(1), ...install(2), ...install(2)]);
    expect(state.previous?.version).toBe('1.0.1');
  });
});

const anyEvent = (): fc.Arbitrary<InstallEvent> => {
  const n = fc.integer({ min: 1, max: 3 });
  const reason = { code: 'network', message: 'gone' } as const;
  return fc.oneof(
    n.map((k): InstallEvent => ({ type: 'planned', target: target(k), engine })),
    fc.constantFrom<InstallEvent>(
      { type: 'fetch-started' },
      { type: 'fetch-progressed', receivedBytes: 5 },
      { type: 'verified' },
      { type: 'staged' },
      { type: 'probation-started' },
      { type: 'failed', reason },
      { type: 'failed', reason, refuse: { engine } },
    ),
    n.map((k): InstallEvent => ({ type: 'golden-passed', digest: digestOf(k) })),
    n.map((k): InstallEvent => ({ type: 'active-lost', digest: digestOf(k) })),
  );
};

/** Whole installs mixed with single events, so that random sequences get far. */
const anySequence = fc
  .array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc
          .integer({ min: 1, max: 3 })
          .chain((n) => fc.integer({ min: 1, max: 7 }).map((k) => install(n).slice(0, k))),
      },
      { weight: 2, arbitrary: anyEvent().map((event) => [event]) },
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.flat());

describe('no sequence of events', () => {
  it('commits a variant whose golden inputs were not answered in probation since it was planned', () => {
    fc.assert(
      fc.property(anySequence, (events) => {
        let state = newInstallation('acme/digits');
        let inProbation: string | undefined;
        const proven = new Set<string>();
        for (const event of events) {
          const next = reduceInstall(state, event);
          if (isIllegal(next)) continue;
          if (event.type === 'planned' || event.type === 'failed') inProbation = undefined;
          if (event.type === 'probation-started')
            inProbation = next.attempt?.target.variant.manifest.digest;
          if (event.type === 'golden-passed' && event.digest === inProbation)
            proven.add(event.digest);
          state = next;
          for (const kept of [state.active, state.previous]) {
            if (kept) expect(proven).toContain(kept.variant.manifest.digest);
          }
        }
      }),
    );
  });

  it('leaves a device without an answering variant once one was committed', () => {
    fc.assert(
      fc.property(anySequence, (events) => {
        let state = newInstallation('acme/digits');
        let committed = false;
        for (const event of events) {
          const next = reduceInstall(state, event);
          if (isIllegal(next)) continue;
          state = next;
          committed ||= event.type === 'golden-passed';
          expect(state.active !== undefined).toBe(committed);
        }
      }),
    );
  });

  it('reports anything that is only half way', () => {
    fc.assert(
      fc.property(anySequence, (events) => {
        let state = newInstallation('acme/digits');
        for (const event of events) {
          const next = reduceInstall(state, event);
          state = isIllegal(next) ? state : next;
          for (const entry of reportInstallation(state)) {
            expect(['committed', 'rolled-back']).toContain(entry.state);
          }
        }
      }),
    );
  });

  it('gets stuck: what a restart is told to do is always allowed', () => {
    fc.assert(
      fc.property(anySequence, (events) => {
        let state = newInstallation('acme/digits');
        for (const event of events) {
          const next = reduceInstall(state, event);
          state = isIllegal(next) ? state : next;
          const { action } = recover(state);
          const follow: Record<string, InstallEvent | undefined> = {
            fetch: { type: 'fetch-started' },
            stage: { type: 'staged' },
            try: { type: 'probation-started' },
            'roll-back': { type: 'failed', reason: { code: 'engine-failed', message: '' } },
          };
          const step = follow[action];
          if (step) expect(isIllegal(reduceInstall(state, step))).toBe(false);
        }
      }),
    );
  });
});
