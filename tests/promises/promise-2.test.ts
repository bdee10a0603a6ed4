/**
 * Promise 2. Nothing unsigned runs, and nothing older than what this device has already seen is
 * accepted.
 */
import { once as nextEvent } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AgentOptions, openAgent } from '@selvedge/agent';
import {
  describeMetadata,
  makeSnapshot,
  makeTimestamp,
  signerFromPem,
  signMetadata,
} from '@selvedge/core/trust';
import { type Edge, startEdge } from '@selvedge/edge';
import { createRemoteEngine } from '@selvedge/engines/remote';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { agentOnce, type Finished, runCli, withClock } from '../support/agent-process.ts';
import { cliHere } from '../support/cli-here.ts';
import { type TamperProxy, tamperProxy } from '../support/tamper-proxy.ts';
import { family, type TinyFabric, tinyFabric } from '../support/tiny-fabric.ts';
import { newSigner } from '../support/tiny-publisher.ts';
import { tinyInput, tinyRelease } from '../support/tiny-release.ts';

const day = 24 * 3600 * 1000;
const next = [{ scale: 3, padding: 20_000 }];

let fabric: TinyFabric;
let proxy: TamperProxy;
/** A device that has 1.0.0 and has seen nothing newer, to be copied. */
let installed: string;
let dataDir: string;
/** The timestamp of the time when only 1.0.0 was published. */
let oldTimestamp: Buffer;

beforeAll(async () => {
  fabric = await tinyFabric();
  proxy = await tamperProxy(fabric.hub.url);
  installed = await fabric.agentDir();
  await fabric.publish('1.0.0', [{ scale: 2 }]);
  expect(await once(installed)).toMatchObject({ code: 0 });
  oldTimestamp = Buffer.from(
    await (await fetch(`${fabric.hub.url}/trust/timestamp.json`)).arrayBuffer(),
  );
  await fabric.publish('2.0.0', next);
});

afterAll(async () => {
  await proxy.close();
  await fabric.close();
});

beforeEach(async () => {
  proxy.rewrite = undefined;
  dataDir = await fabric.agentDir(installed);
});

const once = (dir: string, hub = proxy.url): Promise<Finished> =>
  cliHere([...agentArgs(hub, dir), '--trust-root', fabric.rootFile]);

const agentArgs = (hub: string, dir: string): string[] => [
  'agent',
  ...['--hub', hub],
  ...['--data', dir],
  ...['--once', '--json'],
];

const embedded = (options: Partial<AgentOptions>) =>
  openAgent({ hub: proxy.url, dataDir, trustRoot: fabric.rootFile, pollSeconds: 0, ...options });

/** What the device answers without a network, and what it says that it has. */
async function oldModelAnswers(): Promise<void> {
  const agent = await openAgent({ hub: 'http://127.0.0.1:9', dataDir, pollSeconds: 0 });
  try {
    const { outputs, decision } = await agent.infer(family, tinyInput());
    expect([...(outputs.y!.data as Float32Array)]).toEqual([2, 4, 6, 8]);
    expect(decision.version).toBe('1.0.0');
  } finally {
    await agent.close();
  }
}

async function expectRefused(finished: Finished, code: string): Promise<void> {
  expect(finished.stderr).toContain(`selvedge: ${code}:`);
  expect(finished.json).toMatchObject({ error: { code } });
  expect((finished.json.refused as { code: string }[]).map((entry) => entry.code)).toContain(code);
  const committed = (finished.json.installed as { state: string; version: string }[]).filter(
    ({ state }) => state === 'committed',
  );
  expect(committed.map(({ version }) => version)).toEqual(['1.0.0']);
  expect(finished.code).toBe(4);
  await oldModelAnswers();
}

const flip = (body: Buffer): Buffer => {
  const copy = Buffer.from(body);
  copy[copy.length >> 1]! ^= 1;
  return copy;
};

describe('what the carrier changes is refused with exit code 4, and the old model answers', () => {
  it('a blob with a bit flipped', async () => {
    proxy.rewrite = (path, body) =>
      /\/blobs\//.test(path) && body.length > 4096 ? flip(body) : undefined;
    // Once as a script sees it, in a process of its own.
    const real = await agentOnce(proxy.url, dataDir, '--trust-root', fabric.rootFile);
    await expectRefused(real, 'trust-digest');
  });

  it('a manifest with a bit flipped', async () => {
    proxy.rewrite = (path, body) => (path.includes('/manifests/') ? flip(body) : undefined);
    await expectRefused(await once(dataDir), 'trust-digest');
  });

  it('a release document with a bit flipped', async () => {
    proxy.rewrite = (path, body) =>
      /\/trust\/targets\/.*2\.0\.0/.test(path) ? flip(body) : undefined;
    await expectRefused(await once(dataDir), 'trust-digest');
  });

  it('a blob that does not end', async () => {
    proxy.rewrite = (path, body) =>
      /\/blobs\//.test(path) ? Buffer.concat([body, body]) : undefined;
    await expectRefused(await once(dataDir), 'trust-too-large');
  });

  it('a release that the family’s key did not sign, from a hub whose online keys are stolen', async () => {
    proxy.rewrite = await stolenHub();
    await expectRefused(await once(dataDir), 'trust-signature');
  });

  it('is honest again: the new model is installed', async () => {
    expect(await once(dataDir)).toMatchObject({ code: 0 });
  });
});

describe('an edge that lies, in front of a hub that does not', () => {
  let edge: Edge;
  let lying: TamperProxy;

  beforeAll(async () => {
    edge = await startEdge({
      upstream: fabric.hub.url,
      dataDir: join(fabric.dir, 'edge'),
      port: 0,
      inferPort: 0,
      pollSeconds: 0,
      logLevel: 'silent',
    });
    lying = await tamperProxy(edge.url);
  });

  afterAll(async () => {
    await lying.close();
    await edge.close();
  });

  it.each<[string, string, NonNullable<TamperProxy['rewrite']>]>([
    [
      'a timestamp from before what the device has seen',
      'trust-rollback',
      (path) => (path.endsWith('/timestamp.json') ? oldTimestamp : undefined),
    ],
    [
      'a snapshot with a bit flipped',
      'trust-digest',
      (path, body) => (path.endsWith('.snapshot.json') ? flip(body) : undefined),
    ],
    [
      'a release document with a bit flipped',
      'trust-digest',
      (path, body) => (/\/trust\/targets\/.*2\.0\.0/.test(path) ? flip(body) : undefined),
    ],
    [
      'a model with a bit flipped',
      'trust-digest',
      (path, body) => (/\/blobs\//.test(path) && body.length > 4096 ? flip(body) : undefined),
    ],
  ])('%s is refused and reported, and keeps no update from the device', async (_, code, lie) => {
    if (code === 'trust-rollback') {
      // It has seen 2.0.0's metadata, and could not install it.
      proxy.rewrite = (path, body) => (path.includes('/blobs/') ? flip(body) : undefined);
      expect(await once(dataDir)).toMatchObject({ code: 4 });
    }
    lying.rewrite = lie;
    const finished = await cliHere([
      ...agentArgs(fabric.hub.url, dataDir),
      ...['--edge', lying.url],
      ...['--trust-root', fabric.rootFile],
    ]);
    expect(finished).toMatchObject({
      code: 4,
      json: {
        error: { code },
        refused: [{ code }],
        installed: [{ version: '2.0.0', state: 'committed' }],
      },
    });
  });
});

describe('what is old is refused with exit code 4', () => {
  it('a timestamp from before what the device has seen', async () => {
    proxy.rewrite = (path, body) => (path.includes('/blobs/') ? flip(body) : undefined);
    // Sees 2.0.0's metadata, but cannot install it.
    expect(await once(dataDir)).toMatchObject({ code: 4 });
    proxy.rewrite = (path) => (path.endsWith('/timestamp.json') ? oldTimestamp : undefined);
    await expectRefused(await once(dataDir), 'trust-rollback');
  });

  it('a timestamp that has expired', async () => {
    const frozen = await tinyFabric({ clock: () => new Date(Date.now() - 3 * day) });
    try {
      await frozen.publish('1.0.0', [{ scale: 2 }]);
      dataDir = await frozen.agentDir();
      const then = await openAgent({
        hub: frozen.hub.url,
        dataDir,
        trustRoot: frozen.rootFile,
        pollSeconds: 0,
        clock: () => new Date(Date.now() - 3 * day),
      });
      expect((await then.poll()).refused).toEqual([]);
      await then.close();
      const finished = await once(dataDir, frozen.hub.url);
      await expectRefused(finished, 'trust-expired');
    } finally {
      await frozen.close();
    }
  });

  it('everything, when the device’s clock was set back a year', async () => {
    const agent = await embedded({ clock: () => new Date(Date.now() - 365 * day) });
    const { refused } = await agent.poll();
    expect(refused.map(({ code, row }) => [code, row.exit])).toEqual([['trust-clock', 4]]);
    const { decision } = await agent.infer(family, tinyInput());
    expect(decision.version).toBe('1.0.0');
    await agent.close();
    await oldModelAnswers();
  });

  it('also in a process of its own, whose every clock is a year behind', async () => {
    const yearBehind = withClock(-365 * day);
    const args = [...agentArgs(proxy.url, dataDir), '--trust-root', fabric.rootFile];
    await expectRefused(await runCli(args, yearBehind).finished, 'trust-clock');

    const daemon = runCli(
      ['agent', '--hub', proxy.url, '--data', dataDir, '--port', '0', '--json', '--quiet'],
      yearBehind,
    );
    try {
      const { url } = JSON.parse(String((await nextEvent(daemon.child.stdout!, 'data'))[0]));
      const session = await createRemoteEngine({ url }).open('acme.digits');
      const { outputs, parameters } = await session.run(tinyInput());
      expect([...(outputs.y!.data as Float32Array)]).toEqual([2, 4, 6, 8]);
      expect(parameters.selvedge_tier).toBe('device');
    } finally {
      await daemon.kill();
    }
  });

  it('but not when that clock is right', async () => {
    const args = [...agentArgs(proxy.url, dataDir), '--trust-root', fabric.rootFile];
    expect(await runCli(args, withClock(0)).finished).toMatchObject({ code: 0 });
  });
});

describe('what changes on the device itself', () => {
  it('a model whose bytes changed on the disk does not run', async () => {
    const { release } = tinyRelease(family, '1.0.0', [{ scale: 2 }]);
    const hex = release.variants[0]!.manifest.digest.slice('sha256:'.length);
    const manifestFile = join(dataDir, 'blobs', 'sha256', hex.slice(0, 2), hex);
    const manifest = JSON.parse(await readFile(manifestFile, 'utf8'));
    const model = manifest.layers[0].digest.slice('sha256:'.length);
    const file = join(dataDir, 'blobs', 'sha256', model.slice(0, 2), model);
    await writeFile(file, flip(await readFile(file)));
    const agent = await openAgent({ hub: 'http://127.0.0.1:9', dataDir, pollSeconds: 0 });
    await expect(agent.infer(family, tinyInput())).rejects.toMatchObject({ code: 'no-route' });
    expect(agent.state().installed).toEqual([]);
    await agent.close();
  });
});

describe('a device without a root of trust', () => {
  it('takes none from a hub that is not for development', async () => {
    proxy.rewrite = (path, body) =>
      path === '/api/v1/trust'
        ? Buffer.from(body.toString().replace('"dev":true', '"dev":false'))
        : undefined;
    const finished = await cliHere(agentArgs(proxy.url, await fabric.agentDir()));
    expect(finished).toMatchObject({ code: 4, json: { error: { code: 'trust-no-root' } } });
  });
});

/**
 * The hub is taken over: a family role that an attacker signed, under a snapshot and a timestamp
 * that the hub's own keys signed.
 */
async function stolenHub(): Promise<NonNullable<TamperProxy['rewrite']>> {
  const pem = (name: string) => readFile(join(fabric.hubDir, 'keys', `${name}.pem`), 'utf8');
  const [snapshotKey, timestampKey] = [
    await signerFromPem(await pem('snapshot')),
    await signerFromPem(await pem('timestamp')),
  ];
  const evil = tinyRelease(family, '6.6.6', [{ scale: 666 }]);
  const role = await fabric.publisher.familyMetadata(evil, await newSigner());
  const roleBytes = Buffer.from(role.text);
  const trust = async (name: string) => (await fetch(`${fabric.hub.url}/trust/${name}`)).json();
  const timestamp = (await trust('timestamp.json')).signed;
  const version = timestamp.meta['snapshot.json'].version + 1;
  const current = (await trust(`${version - 1}.snapshot.json`)).signed;
  const meta = {
    ...current.meta,
    'acme.digits.json': await describeMetadata(role.version, roleBytes),
  };
  const now = new Date();
  const snapshot = Buffer.from(
    await signMetadata(makeSnapshot({ version, now, meta }), [snapshotKey]),
  );
  const newest = makeTimestamp({
    version: timestamp.version + 1,
    now,
    snapshot: await describeMetadata(version, snapshot),
  });
  const timestampBytes = Buffer.from(await signMetadata(newest, [timestampKey]));
  const files = new Map([
    ['/trust/timestamp.json', timestampBytes],
    [`/trust/${version}.snapshot.json`, snapshot],
    [`/trust/${role.version}.acme.digits.json`, roleBytes],
  ]);
  return (path) => files.get(path);
}
