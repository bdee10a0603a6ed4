/**
 * Promise 3. A release counts as installed only after the new model has answered its golden inputs
 * on that device.
 */
import { openAgent } from '@selvedge/agent';
import { DeviceDetail, FamilyDetail } from '@selvedge/core/api';
import { fetchJson } from '@selvedge/node/http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finished } from '../support/agent-process.ts';
import { cliHere } from '../support/cli-here.ts';
import { family, type TinyFabric, tinyFabric } from '../support/tiny-fabric.ts';
import { tinyInput } from '../support/tiny-release.ts';

let fabric: TinyFabric;
let dataDir: string;
let finished: Finished;

const once = (): Promise<Finished> =>
  cliHere(['agent', '--hub', fabric.hub.url, '--data', dataDir, '--once', '--json']);

const installed = (): unknown => finished.json.installed;

beforeAll(async () => {
  fabric = await tinyFabric();
  dataDir = await fabric.agentDir();
  await fabric.publish('1.0.0', [{ scale: 2 }]);
  await once();
  // Properly signed, and it loads; only its answers are not those that its publisher got.
  await fabric.publish('2.0.0', [{ scale: 3, goldenScale: 3.01 }]);
  finished = await once();
});

afterAll(() => fabric.close());

describe('a release whose golden inputs fail on the device', () => {
  it('is refused with exit code 4 and the place where it differs', () => {
    expect(finished).toMatchObject({
      code: 4,
      json: { refused: [{ code: 'golden-failed' }], error: { code: 'golden-failed' } },
    });
    expect(finished.stderr).toMatch(/golden case 0, output "y": element 3 is 12, golden 12\.0/);
  });

  it('is rolled back, and the one before stays installed', () => {
    expect(installed()).toMatchObject([
      { version: '1.0.0', state: 'committed' },
      { version: '2.0.0', state: 'rolled-back' },
    ]);
  });

  it('is never reported to the hub as installed', async () => {
    const api = `${fabric.hub.url}/api/v1`;
    const device = await fetchJson(`${api}/devices/${finished.json.device}`, DeviceDetail);
    const committed = device.installed.filter(({ state }) => state === 'committed');
    expect(committed.map(({ version }) => version)).toEqual(['1.0.0']);
    // Without the values that differ: an output does not leave the device, whoever's it is.
    expect(device.problems).toEqual([
      { family, code: 'golden-failed', message: 'the model does not answer its golden inputs' },
    ]);
    const { installed: counted } = await fetchJson(`${api}/families/${family}`, FamilyDetail);
    expect(counted.filter(({ state }) => state === 'committed')).toMatchObject([
      { version: '1.0.0', devices: 1 },
    ]);
  });

  it('is not fetched a second time, and the old model goes on answering', async () => {
    finished = await once();
    expect(finished).toMatchObject({ code: 4, json: { transferred: { bytes: 0 } } });
    const agent = await openAgent({ hub: 'http://127.0.0.1:9', dataDir, pollSeconds: 0 });
    const { outputs } = await agent.infer(family, tinyInput());
    expect([...(outputs.y!.data as Float32Array)]).toEqual([2, 4, 6, 8]);
    await agent.close();
  });

  it('gives way to a release that does answer', async () => {
    await fabric.publish('2.0.1', [{ scale: 3 }]);
    finished = await once();
    expect(finished).toMatchObject({ code: 0, json: { refused: [] } });
    expect(installed()).toMatchObject([{ version: '2.0.1', state: 'committed' }]);
  });
});
