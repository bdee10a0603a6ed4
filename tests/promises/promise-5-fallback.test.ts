/**
 * Promise 5, where the plan did not hold: a real device whose engine fails, a real edge, a real
 * hub. The trace, its sentence and the count at the hub tell a failover from a choice.
 */
import { type Agent, openAgent } from '@selvedge/agent';
import { Counts } from '@selvedge/core/api';
import { defaultPolicy } from '@selvedge/core/route';
import { type Edge, startEdge } from '@selvedge/edge';
import { createOrtEngine, type OrtEngine } from '@selvedge/engines/ort-node';
import { fetchJson } from '@selvedge/node/http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FailingEngine, failingEngine } from '../support/failing-engine.ts';
import { family, type TinyFabric, tinyFabric } from '../support/tiny-fabric.ts';
import { tinyInput } from '../support/tiny-release.ts';

/** The nearest place first. */
const nearest = {
  ...defaultPolicy(family),
  objective: { latency: 1, cost: 0, energy: 0, quality: 0 },
};
const failed = 'device/device-fp32 failed: the engine refused, crashed or hung (engine-failed)';

let fabric: TinyFabric;
let edge: Edge;
let engine: OrtEngine;
let failing: FailingEngine;
let agent: Agent;

beforeAll(async () => {
  fabric = await tinyFabric();
  const edgeVariant = { id: 'edge-fp32', tier: 'edge', scale: 3, quality: 0.95 } as const;
  await fabric.publish('1.0.0', [{ scale: 2, quality: 0.8 }, edgeVariant], nearest);
  edge = await startEdge({
    upstream: fabric.hub.url,
    dataDir: `${fabric.dir}/edge`,
    port: 0,
    inferPort: 0,
    pollSeconds: 0,
    region: 'eu-1',
    logLevel: 'silent',
  });
  await edge.poll();
  engine = createOrtEngine({ threads: 1 });
  failing = failingEngine(engine);
  agent = await openAgent({
    hub: fabric.hub.url,
    edge: edge.url,
    dataDir: await fabric.agentDir(),
    pollSeconds: 0,
    engine: failing.engine,
  });
  await agent.poll();
});

afterAll(async () => {
  await agent.close();
  await engine.close();
  await edge.close();
  await fabric.close();
});

/** The trace of a request, whether it was answered or not. */
async function traceOf(label: string, fails: boolean) {
  failing.fails = fails;
  try {
    return (await agent.infer(family, tinyInput(), { labels: [label] })).decision;
  } catch (caught) {
    const { details } = caught as { details: { decision: string } };
    return agent.decisions.get(details.decision);
  }
}

describe('promise 5: a decision that did not hold', () => {
  it('is told from a choice: by its rule, and by a sentence with the place that failed', async () => {
    expect(await traceOf('public', false)).toMatchObject({
      tier: 'device',
      rule: 'objective',
      reason: 'device/device-fp32: the best of all places',
    });
    expect(await traceOf('public', true)).toMatchObject({
      tier: 'edge',
      rule: 'fallback',
      reason: `${failed}; edge/eu-1 answered instead`,
    });
  });

  it('names the privacy rule where that one refused the fallback', async () => {
    expect(await traceOf('private', true)).toMatchObject({
      tier: null,
      rule: 'privacy-private',
      reason: `${failed}; edge/eu-1 refused: label "private" may not go that far (rule privacy-private)`,
    });
  });

  it('is counted at the hub as what it was', async () => {
    await agent.poll();
    const { counts } = await fetchJson(`${fabric.hub.url}/api/v1/counts`, Counts);
    expect(counts.map(({ tier, rule, count }) => `${count} ${tier} ${rule}`).sort()).toEqual([
      '1 device objective',
      '1 edge fallback',
      '1 none privacy-private',
    ]);
  });
});
