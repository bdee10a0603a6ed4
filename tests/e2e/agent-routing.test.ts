/** A device, an edge and a hub: where requests go, and what stands in the trace. */
import { type Agent, openAgent } from '@selvedge/agent';
import { defaultPolicy } from '@selvedge/core/route';
import { type Edge, startEdge } from '@selvedge/edge';
import { createOrtEngine, type OrtEngine } from '@selvedge/engines/ort-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { family, type TinyFabric, tinyFabric } from '../support/tiny-fabric.ts';
import { tinyInput } from '../support/tiny-release.ts';

/** On one machine the edge is so near that more quality would be worth the way. */
const nearest = {
  ...defaultPolicy(family),
  objective: { latency: 1, cost: 0, energy: 0, quality: 0 },
};

let fabric: TinyFabric;
let edge: Edge;
let engine: OrtEngine;
let agent: Agent;
let failing = false;

beforeAll(async () => {
  fabric = await tinyFabric();
  // Different answers, so that they tell where they are from.
  await fabric.publish(
    '1.0.0',
    [
      { id: 'device-fp32', scale: 2, quality: 0.8 },
      { id: 'edge-fp32', tier: 'edge', scale: 3, quality: 0.95 },
    ],
    nearest,
  );
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
  agent = await openAgent({
    hub: fabric.hub.url,
    edge: edge.url,
    dataDir: await fabric.agentDir(),
    pollSeconds: 0,
    engine: {
      ...engine,
      name: engine.name,
      async load(model) {
        const session = await engine.load(model);
        return {
          inputs: session.inputs,
          outputs: session.outputs,
          close: () => session.close(),
          run: async (inputs, options) => {
            if (failing) throw new Error('the engine is made to fail');
            return session.run(inputs, options);
          },
        };
      },
    },
  });
  await agent.poll();
});

afterAll(async () => {
  await agent.close();
  await engine.close();
  await edge?.close();
  await fabric.close();
});

const first = async (request: Parameters<Agent['infer']>[2]) => {
  const { outputs, decision } = await agent.infer(family, tinyInput(), request);
  return { value: (outputs.y!.data as Float32Array)[0], decision };
};

describe('a request', () => {
  it('stays on the device when nothing speaks against it', async () => {
    const { value, decision } = await first({ labels: ['public'] });
    expect(value).toBe(2);
    expect(decision).toMatchObject({ tier: 'device', rule: 'objective' });
    expect(decision.considered.map(({ candidate }) => candidate)).toEqual([
      'device/device-fp32',
      'edge/eu-1',
    ]);
  });

  it('that asks for more quality than the device has goes to the edge, which the signed release vouches for', async () => {
    const { value, decision } = await first({ labels: ['public'], minQuality: 0.9 });
    expect(value).toBe(3);
    expect(decision).toMatchObject({
      tier: 'edge',
      candidate: 'edge/eu-1',
      variant: 'edge-fp32',
      version: '1.0.0',
      rule: 'min-quality',
      rejected: [{ candidate: 'device/device-fp32', code: 'quality', rule: 'min-quality' }],
    });
  });

  it('falls back to the edge when the device’s engine fails', async () => {
    failing = true;
    const { value, decision } = await first({ labels: ['public'] });
    failing = false;
    expect(value).toBe(3);
    expect(decision.attempts).toMatchObject([
      { candidate: 'device/device-fp32', outcome: 'failed' },
      { candidate: 'edge/eu-1', outcome: 'answered' },
    ]);
  });

  it('labelled private is refused every other place, also when the device’s engine fails', async () => {
    failing = true;
    const error = await first({ labels: ['private'] }).catch((caught) => caught);
    failing = false;
    expect(error).toMatchObject({ code: 'privacy', row: { exit: 4 } });
    const trace = agent.decisions.get(error.details.decision);
    expect(trace).toMatchObject({
      tier: null,
      error: 'privacy',
      rule: 'privacy-private',
      reason: expect.stringContaining('edge/eu-1 refused: label "private" may not go that far'),
      attempts: [{ candidate: 'device/device-fp32', outcome: 'failed' }],
      rejected: [{ candidate: 'edge/eu-1', code: 'privacy', rule: 'privacy-private' }],
    });
  });

  it('with a label that nobody knows is treated as the strictest', async () => {
    const { decision } = await first({ labels: ['medical'] });
    expect(decision.rejected).toEqual([
      { candidate: 'edge/eu-1', code: 'privacy', rule: 'privacy-unknown-label' },
    ]);
  });

  it('that only the edge could answer says so when the edge is gone', async () => {
    await edge.close();
    const error = await first({ labels: ['public'], minQuality: 0.9 }).catch((caught) => caught);
    expect(error).toMatchObject({ code: 'no-route', row: { exit: 3 } });
    const { decision } = await first({ labels: ['public'] });
    expect(decision.tier).toBe('device');
  });

  it('finds the hub itself when the edge is gone, and goes on getting releases', async () => {
    await fabric.publish('1.1.0', [{ id: 'device-fp32', scale: 5 }]);
    const { failed, refused } = await agent.poll();
    expect({ failed, refused }).toEqual({ failed: [], refused: [] });
    expect((await first({})).value).toBe(5);
  });
});
