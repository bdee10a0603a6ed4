import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DecisionTrace, openDecisionLog } from './decision-log.ts';

const trace = (n: number): DecisionTrace => ({
  id: `id-${n}`,
  at: '2026-11-20T00:00:00.000Z',
  family: 'acme/digits',
  request: { labels: [] },
  tier: 'device',
  candidate: 'device/v',
  version: '1.0.0',
  variant: 'v',
  engine: 'onnxruntime',
  target: null,
  considered: [],
  plan: [],
  rejected: [],
  attempts: [],
  policy: 'built-in',
  rule: 'objective',
  reason: 'device/v: the best of all places',
  ms: 1,
  provenance: 'measured',
  computed: { ms: 1, provenance: 'measured' },
});

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'decision-log-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

it('keeps the latest decisions over restarts, newest first, and forgets the oldest', async () => {
  for (let round = 0; round < 4; round++) {
    const log = await openDecisionLog(dir);
    for (let n = 0; n < 400; n++) log.add(trace(round * 400 + n));
    await log.close();
  }
  const log = await openDecisionLog(dir);
  const ids = log.list().map(({ id }) => id);
  expect(ids).toHaveLength(500);
  expect(ids[0]).toBe('id-1599');
  expect(ids.at(-1)).toBe('id-1100');
  expect(log.get('id-1100')?.id).toBe('id-1100');
  expect(log.get('id-1099')).toBeUndefined();
  await log.close();
});

it('writes without being closed, so that a crash costs half a second', async () => {
  const log = await openDecisionLog(dir);
  log.add(trace(1));
  await new Promise((resolve) => setTimeout(resolve, 700));
  const other = await openDecisionLog(dir);
  expect(other.list().map(({ id }) => id)).toEqual(['id-1']);
  await other.close();
  await log.close();
});
