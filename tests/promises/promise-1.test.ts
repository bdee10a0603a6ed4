/**
 * Promise 1. Kill anything at any moment: the device still has a model that answers.
 */
import { openAgent } from '@selvedge/agent';
import { Devices } from '@selvedge/core/api';
import type { InstallState } from '@selvedge/core/release';
import { fetchJson } from '@selvedge/node/http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentOnce, journalState, runAgentChild } from '../support/agent-process.ts';
import { type TamperProxy, tamperProxy } from '../support/tamper-proxy.ts';
import { family, type TinyFabric, tinyFabric } from '../support/tiny-fabric.ts';
import { tinyInput } from '../support/tiny-release.ts';

/** Nobody listens there. */
const nowhere = 'http://127.0.0.1:9';
const old = [2, 4, 6, 8];
const fresh = [3, 6, 9, 12];

let fabric: TinyFabric;
let proxy: TamperProxy;
/** A device that has 1.0.0, to be copied. */
let installed: string;

beforeAll(async () => {
  fabric = await tinyFabric();
  proxy = await tamperProxy(fabric.hub.url);
  installed = await fabric.agentDir();
  await fabric.publish('1.0.0', [{ scale: 2 }]);
  expect(await agentOnce(proxy.url, installed)).toMatchObject({ code: 0 });
  await fabric.publish('2.0.0', [{ scale: 3, padding: 6_000_000 }]);
});

afterAll(async () => {
  await proxy.close();
  await fabric.close();
});

const inTheWay: InstallState[] = ['planned', 'fetching', 'verified', 'staged', 'probation'];

describe('kill -9 of a real agent process', () => {
  it.each(inTheWay)(
    'in the state %s: the old model answers, and the install goes on',
    async (state) => {
      const dataDir = await killedIn(state);
      const { answer, reported } = await restartWithoutNetwork(dataDir);
      expect(answer).toEqual(old);
      expect(reported).toEqual(['1.0.0 committed']);

      const agent = await openAgent({ hub: fabric.hub.url, dataDir, pollSeconds: 0 });
      try {
        const { refused, failed } = await agent.poll();
        expect({ refused, failed }).toEqual({ refused: [], failed: [] });
        const { outputs } = await agent.infer(family, tinyInput());
        expect([...(outputs.y!.data as Float32Array)]).toEqual(fresh);
      } finally {
        await agent.close();
      }
    },
  );

  it('right after the commit: the new model answers', async () => {
    const dataDir = await killedIn('committed');
    const { answer, reported } = await restartWithoutNetwork(dataDir);
    expect(answer).toEqual(fresh);
    expect(reported).toEqual(['2.0.0 committed']);
  });

  it('never made the hub hear of anything that was only half way', async () => {
    const { devices } = await fetchJson(`${fabric.hub.url}/api/v1/devices`, Devices);
    const states = devices.flatMap((device) => device.installed.map((entry) => entry.state));
    expect(new Set(states)).toEqual(new Set(['committed']));
  });
});

/**
 * A device directory whose agent was killed while its journal said `state`. Since some states pass
 * in a moment, the process is stopped and let go again in small steps and killed while it stands;
 * the journal after the kill says where it hit.
 */
async function killedIn(state: InstallState): Promise<string> {
  // Slow enough to be killed while fetching; the others are reached at full speed.
  proxy.bytesPerSecond = state === 'fetching' ? 2_000_000 : undefined;
  for (let tries = 0; tries < 10; tries++) {
    const dataDir = await fabric.agentDir(installed);
    const now = () => journalState(dataDir, 'acme.digits', '2.0.0');
    const agent = runAgentChild(proxy.url, dataDir);
    let over = false;
    void agent.finished.then(() => {
      over = true;
    });
    while (!over && now() !== state) {
      if (now() !== undefined) agent.child.kill('SIGCONT');
      await new Promise((resolve) => setImmediate(resolve));
      if (now() !== undefined) agent.child.kill('SIGSTOP');
    }
    await agent.kill();
    if (now() === state) return dataDir;
  }
  throw new Error(`no kill hit the state ${state}`);
}

async function restartWithoutNetwork(dataDir: string) {
  const agent = await openAgent({ hub: nowhere, dataDir, pollSeconds: 0 });
  try {
    const { outputs } = await agent.infer(family, tinyInput());
    const reported = agent.state().installed.map(({ version, state }) => `${version} ${state}`);
    return { answer: [...(outputs.y!.data as Float32Array)], reported };
  } finally {
    await agent.close();
  }
}
