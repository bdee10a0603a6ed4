/** A release that no memory should hold travels whole: published, verified, installed, run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAgent } from '@selvedge/agent';
import { startHub } from '@selvedge/hub';
import { makeTensor } from '@selvedge/infer/engine';
import { openTrust, verifyRelease } from '@selvedge/node/trust';
import { afterAll, expect, it } from 'vitest';
import { initKeys } from '../../packages/forge/src/keys/index.ts';
import { publish } from '../../packages/forge/src/publish/index.ts';
import { writeBigModel } from '../support/big-model.ts';
import { startBuild } from '../support/build-process.ts';

const root = mkdtempSync(join(tmpdir(), 'selvedge-large-release-'));
afterAll(() => rmSync(root, { recursive: true }));

it('a release of 3 GiB is published, verified, installed and run', async () => {
  const [model, out, keys] = ['model.onnx', 'out', 'keys'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  const side = 4096;
  writeBigModel(model, { layers: 48, side });
  const { code, output } = await startBuild([model, '--out', out, '--precision', 'fp32']).ended;
  expect(code, output).toBe(0);
  await initKeys(keys);
  const hub = await startHub({
    dataDir: join(root, 'hub'),
    port: 0,
    dev: true,
    logLevel: 'silent',
  });
  const trustRoot = join(keys, 'root.json');
  try {
    const { family } = await publish({ hub: hub.url, keys, buildDir: out });
    const trust = await openTrust({ dir: join(root, 'trust'), origins: [hub.url], trustRoot });
    expect(await verifyRelease(trust, hub.url, family)).toMatchObject({ ok: true });
    const dataDir = join(root, 'agent');
    const agent = await openAgent({ hub: hub.url, dataDir, trustRoot, pollSeconds: 0 });
    try {
      await agent.poll();
      // The weights stay on the disk.
      expect(process.memoryUsage().arrayBuffers).toBeLessThan(1024 ** 3);
      const x = makeTensor('float32', [1, side], new Float32Array(side).fill(1));
      const { outputs } = await agent.infer(family, { x });
      expect(Object.values(outputs)[0]?.shape).toEqual([1, side]);
    } finally {
      await agent.close();
    }
  } finally {
    await hub.close();
  }
});
