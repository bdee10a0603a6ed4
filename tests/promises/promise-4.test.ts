/**
 * Promise 4. A fallback never crosses a constraint of the original request: every attempt is
 * checked again, and privacy fails closed. Here with a real agent, edge and hub; the device's
 * engine is a real process that is stopped and killed while it answers. That no attempt crosses a
 * constraint for any plan, failure and change of facts is the property beside the executor
 * (packages/infer/src/execute/execute.property.test.ts).
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { type RunningAgent, startAgent } from '@selvedge/agent';
import { defaultPolicy } from '@selvedge/core/route';
import { type Edge, startEdge } from '@selvedge/edge';
import { createOrtEngine, type OrtEngine } from '@selvedge/engines/ort-node';
import { writeNpy } from '@selvedge/forge/dataset';
import { type Engine, makeTensor } from '@selvedge/infer/engine';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cliHere } from '../support/cli-here.ts';
import { type CountingEdge, countingEdge } from '../support/counting-edge.ts';
import { family, type TinyFabric, tinyFabric } from '../support/tiny-fabric.ts';

/** The nearest place first: what happens when it fails is the question. */
const nearest = {
  ...defaultPolicy(family),
  objective: { latency: 1, cost: 0, energy: 0, quality: 0 },
};

let fabric: TinyFabric;
let edge: Edge;
let counted: CountingEdge;
let engine: OrtEngine;
let device: RunningAgent;
let input: string;

beforeAll(async () => {
  fabric = await tinyFabric();
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
  counted = await countingEdge(edge);
  input = `${fabric.dir}/x.npy`;
  await writeFile(input, writeNpy(makeTensor('float32', [1, 4], new Float32Array([1, 2, 3, 4]))));
});

// A new agent each time: its breakers have not seen the failures of the test before.
beforeEach(async () => {
  await closeDevice();
  engine = createOrtEngine({ threads: 1, graceMs: 50 });
  device = await startAgent({
    hub: fabric.hub.url,
    edge: counted.url,
    dataDir: await fabric.agentDir(),
    pollSeconds: 0,
    port: 0,
    logLevel: 'silent',
    engine: telling(engine),
  });
  await device.agent.poll();
  counted.inferences.length = 0;
});

afterAll(async () => {
  await closeDevice();
  await counted.close();
  await edge.close();
  await fabric.close();
});

async function closeDevice(): Promise<void> {
  await device?.close();
  await engine?.close();
}

const ask = (...more: string[]) =>
  cliHere(['run', family, '--agent', device.url, '--input', input, '--json', ...more]);

/** What is done when the engine is next handed a request. */
let handed = () => {};

/** The engine, telling of the requests that it is handed. */
const telling = (told: Engine): Engine => ({
  name: told.name,
  version: told.version,
  async load(model) {
    const session = await told.load(model);
    const { inputs, outputs } = session;
    return {
      inputs,
      outputs,
      run(...request) {
        handed();
        return session.run(...request);
      },
      close: () => session.close(),
    };
  },
  close: () => told.close(),
});

/** Stops the engine's process, as a hang of native code would, and lets the request come to it. */
const hang = () => process.kill(engine.pid!, 'SIGSTOP');

/** Kills it while it has the request in hand. */
async function killInTheMiddle<T>(request: () => Promise<T>): Promise<T> {
  const pid = engine.pid!;
  hang();
  const isHanded = new Promise<void>((resolve) => {
    handed = resolve;
  });
  const answer = request();
  await isHanded;
  await setTimeout(50); // for its bytes to reach the process
  process.kill(pid, 'SIGKILL');
  return answer;
}

describe('the device fails in the middle of an inference', () => {
  it('a public request falls back to the edge', async () => {
    const { code, json } = await killInTheMiddle(() => ask('--label', 'public'));
    expect(code).toBe(0);
    expect(json).toMatchObject({
      outputs: { y: { data: [3, 6, 9, 12] } },
      decision: {
        tier: 'edge',
        attempts: [
          { candidate: 'device/device-fp32', outcome: 'failed', code: 'engine-failed' },
          { candidate: 'edge/eu-1', outcome: 'answered' },
        ],
      },
    });
    expect(counted.inferences).toHaveLength(1);
  });

  it('a private one is refused every other place: exit 4, and nothing has left the device', async () => {
    const { code, json, stderr } = await killInTheMiddle(() =>
      ask('--label', 'private', '--explain'),
    );
    expect(code).toBe(4);
    expect(json.error).toMatchObject({
      code: 'privacy',
      details: {
        attempts: [{ candidate: 'device/device-fp32', outcome: 'failed' }],
        rejected: [{ candidate: 'edge/eu-1', code: 'privacy', rule: 'privacy-private' }],
      },
    });
    expect(stderr).toContain('edge/eu-1 refused: label "private" may not go that far');
    expect(counted.inferences).toEqual([]);
  });

  it('and one with a label that nobody knows too', async () => {
    const { code } = await killInTheMiddle(() => ask('--label', 'never-heard-of'));
    expect(code).toBe(4);
    expect(counted.inferences).toEqual([]);
  });

  it('the next request is answered by the device again', async () => {
    await killInTheMiddle(() => ask('--label', 'private'));
    const { code, json } = await ask('--label', 'private');
    expect(code).toBe(0);
    expect(json).toMatchObject({
      outputs: { y: { data: [2, 4, 6, 8] } },
      decision: { tier: 'device', rejected: [{ candidate: 'edge/eu-1', rule: 'privacy-private' }] },
    });
  });
});

describe('the device hangs', () => {
  it('a public request leaves it in time for the edge to answer within the deadline', async () => {
    hang();
    const began = performance.now();
    const { code, json } = await ask('--label', 'public', '--deadline', '2000');
    expect(code).toBe(0);
    expect(performance.now() - began).toBeLessThan(2_500);
    expect(json.decision).toMatchObject({
      tier: 'edge',
      attempts: [{ outcome: 'timed-out' }, { candidate: 'edge/eu-1', outcome: 'answered' }],
    });
  });

  it('a private one has the whole deadline, and is then refused', async () => {
    hang();
    const began = performance.now();
    const { code } = await ask('--label', 'private', '--deadline', '500');
    expect(code).toBe(4);
    expect(performance.now() - began).toBeGreaterThan(400);
    expect(counted.inferences).toEqual([]);
  });
});

describe('the edge is gone as well', () => {
  it('a public request has no route, which is no refusal: exit 3', async () => {
    await edge.close();
    const { code, json } = await killInTheMiddle(() => ask('--label', 'public'));
    expect(code).toBe(3);
    expect(json.error).toMatchObject({ code: 'no-route' });
  });
});
