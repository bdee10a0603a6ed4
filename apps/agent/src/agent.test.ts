import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Counts, Devices } from '@selvedge/core/api';
import { defaultPolicy } from '@selvedge/core/route';
import { fetchJson } from '@selvedge/node/http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tamperProxy } from '../../../tests/support/tamper-proxy.ts';
import { family, type TinyFabric, tinyFabric } from '../../../tests/support/tiny-fabric.ts';
import { tinyInput } from '../../../tests/support/tiny-release.ts';
import { type Agent, openAgent } from './agent.ts';
import type { AgentOptions } from './options.ts';

let fabric: TinyFabric;
let dataDir: string;
let agent: Agent;

const open = async (options: Partial<AgentOptions> = {}): Promise<Agent> =>
  openAgent({ hub: fabric.hub.url, dataDir, pollSeconds: 0, ...options });

const answer = async (): Promise<number[]> => {
  const { outputs } = await agent.infer(family, tinyInput());
  return [...(outputs.y!.data as Float32Array)];
};

beforeAll(async () => {
  fabric = await tinyFabric();
  dataDir = await fabric.agentDir();
  await fabric.publish('1.0.0', [{ id: 'device-fp32', scale: 2 }]);
  agent = await open();
});

afterAll(async () => {
  await agent.close();
  await fabric.close();
});

describe('an agent', () => {
  it('knows no family before its first poll, and says so', async () => {
    await expect(agent.infer(family, tinyInput())).rejects.toMatchObject({ code: 'not-found' });
  });

  it('installs what the hub publishes and answers with it', async () => {
    const { refused, failed, transferred } = await agent.poll();
    expect({ refused, failed }).toEqual({ refused: [], failed: [] });
    expect(transferred.bytes).toBeGreaterThan(0);
    expect(await answer()).toEqual([2, 4, 6, 8]);
  });

  it('keeps its key to itself and has an id that the key alone gives', async () => {
    expect((await stat(join(dataDir, 'device.pem'))).mode & 0o777).toBe(0o600);
    expect(agent.device).toMatch(/^d-[0-9a-f]{32}$/);
  });

  it('is in the fleet, with what it runs', async () => {
    const { devices } = await fetchJson(`${fabric.hub.url}/api/v1/devices`, Devices);
    expect(devices).toMatchObject([
      { device: agent.device, installed: [{ family, version: '1.0.0', state: 'committed' }] },
    ]);
  });

  it('explains an answer afterwards', async () => {
    const { decision } = await agent.infer(family, tinyInput(), { labels: ['public'] });
    expect(decision).toMatchObject({
      family,
      tier: 'device',
      candidate: 'device/device-fp32',
      version: '1.0.0',
      request: { labels: ['public'] },
      attempts: [{ candidate: 'device/device-fp32', outcome: 'answered' }],
    });
    expect(agent.decisions.get(decision.id)).toEqual(decision);
  });

  it('refuses an input that does not fit, naming it', async () => {
    await expect(agent.infer(family, { z: tinyInput().x })).rejects.toMatchObject({
      code: 'bad-input',
    });
  });

  it('refuses a wish that it does not know: a label that is misspelt must not be lost', async () => {
    const misspelt = { label: ['private'] } as Parameters<Agent['infer']>[2];
    await expect(agent.infer(family, tinyInput(), misspelt)).rejects.toMatchObject({
      code: 'usage',
      message: 'infer takes no "label"',
      hint: 'did you mean "labels"?',
    });
  });

  it('sends counts and no trace', async () => {
    await agent.poll();
    const { counts } = await fetchJson(`${fabric.hub.url}/api/v1/counts`, Counts);
    const device = counts.filter(({ tier }) => tier === 'device');
    expect(device.reduce((sum, { count }) => sum + count, 0)).toBe(2);
  });

  it('reports only when something changed', async () => {
    const sequence = async () =>
      (await fetchJson(`${fabric.hub.url}/api/v1/devices`, Devices)).devices[0]!.sequence;
    const before = await sequence();
    await agent.poll();
    expect(await sequence()).toBe(before);
    await fabric.publish('1.1.0', [{ id: 'device-fp32', scale: 3 }]);
    await agent.poll();
    expect(await sequence()).toBe(before + 1);
    expect(await answer()).toEqual([3, 6, 9, 12]);
  });

  it('asks one conditional question when there is nothing new', async () => {
    const proxy = await tamperProxy(fabric.hub.url);
    const quiet = await open({ hub: proxy.url, dataDir: await fabric.agentDir() });
    await quiet.poll();
    proxy.requests.length = 0;
    await quiet.poll();
    expect(proxy.requests.map(({ path }) => path)).toEqual(['/trust/timestamp.json']);
    expect(proxy.requests[0]?.headers['if-none-match']).toBeDefined();
    await quiet.close();
    await proxy.close();
  });

  it('takes no first root through an edge here from a hub that is elsewhere', async () => {
    const edge = await tamperProxy(fabric.hub.url);
    const hub = 'http://hub.example.invalid:7400';
    const fooled = await open({ hub, edge: edge.url, dataDir: await fabric.agentDir() });
    const { refused } = await fooled.poll();
    expect(refused).toMatchObject([{ code: 'trust-no-root' }]);
    expect(fooled.state().installed).toEqual([]);
    await fooled.close();
    await edge.close();
  });

  it('is refused its directory while another one has it', async () => {
    await expect(open()).rejects.toMatchObject({ code: 'data-in-use' });
  });

  it('remembers its decisions, its models and its sequence after a restart', async () => {
    const { decision } = await agent.infer(family, tinyInput());
    const { device } = agent;
    await agent.close();
    agent = await open();
    expect(agent.device).toBe(device);
    expect(agent.decisions.get(decision.id)?.id).toBe(decision.id);
    expect(await answer()).toEqual([3, 6, 9, 12]);
  });

  it('follows the policy that its publisher signed, also when the hub is away', async () => {
    const strict = {
      ...defaultPolicy(family),
      constraints: [
        {
          id: 'nowhere',
          code: 'licence',
          when: ['lit', true],
          require: ['lit', false],
        } as const,
      ],
    };
    await fabric.publish('1.2.0', [{ scale: 4 }], strict);
    await agent.poll();
    await expect(answer()).rejects.toMatchObject({ code: 'licence' });
    await agent.close();
    agent = await open({ hub: 'http://127.0.0.1:9' });
    await expect(answer()).rejects.toMatchObject({ code: 'licence' });
  });
});

describe('a hub that is not for development', () => {
  let strict: TinyFabric;

  beforeAll(async () => {
    strict = await tinyFabric({ dev: false });
    await strict.publish('1.0.0', [{ scale: 2 }]);
  });

  afterAll(() => strict.close());

  const openStrict = async (token?: string): Promise<Agent> =>
    openAgent({
      hub: strict.hub.url,
      dataDir: await strict.agentDir(),
      trustRoot: strict.rootFile,
      pollSeconds: 0,
      ...(token && { token }),
    });

  it('gives its releases to anybody with the root of trust, and takes reports with a token only', async () => {
    const stranger = await openStrict();
    const { refused, failed, untold } = await stranger.poll();
    expect({ refused, failed }).toEqual({ refused: [], failed: [] });
    expect(untold).toMatchObject({ code: 'unauthenticated', row: { exit: 4 } });
    expect(stranger.state().installed).toMatchObject([{ version: '1.0.0', state: 'committed' }]);
    await stranger.close();

    const known = await openStrict(strict.token);
    expect((await known.poll()).untold).toBeUndefined();
    await known.close();
  });
});
