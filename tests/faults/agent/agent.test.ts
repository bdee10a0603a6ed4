/** What an agent does when something around it fails. */
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openAgent } from '@selvedge/agent';
import { SelvedgeError } from '@selvedge/core/errors';
import { startEdge } from '@selvedge/edge';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Finished, journalState, runAgentChild, runCli } from '../../support/agent-process.ts';
import { cliHere } from '../../support/cli-here.ts';
import { describeUnless } from '../../support/skip.ts';
import { type TamperProxy, tamperProxy } from '../../support/tamper-proxy.ts';
import { family, type TinyFabric, tinyFabric } from '../../support/tiny-fabric.ts';
import { tinyInput } from '../../support/tiny-release.ts';

let fabric: TinyFabric;
let proxy: TamperProxy;
let installed: string;

const once = (dataDir: string, ...more: string[]): Promise<Finished> =>
  cliHere(['agent', '--hub', proxy.url, '--data', dataDir, '--once', '--json', ...more]);

async function answerOf(dataDir: string): Promise<number | undefined> {
  const agent = await openAgent({ hub: 'http://127.0.0.1:9', dataDir, pollSeconds: 0 });
  try {
    const { outputs } = await agent.infer(family, tinyInput());
    return (outputs.y!.data as Float32Array)[0];
  } finally {
    await agent.close();
  }
}

beforeAll(async () => {
  fabric = await tinyFabric();
  proxy = await tamperProxy(fabric.hub.url);
  installed = await fabric.agentDir();
  await fabric.publish('1.0.0', [{ scale: 2 }]);
  await once(installed);
});

beforeEach(() => {
  proxy.instead = undefined;
  proxy.rewrite = undefined;
  proxy.bytesPerSecond = undefined;
});

afterAll(async () => {
  await proxy.close();
  await fabric.close();
});

describe('hub and edge stopped', () => {
  it('the agent answers after a restart, says so with exit code 3, and keeps what it has', async () => {
    const away = await tinyFabric();
    await away.publish('1.0.0', [{ scale: 7 }]);
    const edge = await startEdge({
      upstream: away.hub.url,
      dataDir: join(away.dir, 'edge'),
      port: 0,
      inferPort: 0,
      pollSeconds: 0,
      logLevel: 'silent',
    });
    const dataDir = await fabric.agentDir();
    const args = ['agent', '--hub', away.hub.url, '--edge', edge.url, '--data', dataDir];
    expect(await cliHere([...args, '--once', '--json'])).toMatchObject({ code: 0 });
    await edge.close();
    await away.close();

    const daemon = runCli([...args, '--port', '0', '--json', '--quiet']);
    const { url } = await firstDocument(daemon.child.stdout!);
    const answer = await fetch(`${url}/v2/models/acme.digits/infer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }],
      }),
    });
    expect(await answer.json()).toMatchObject({ outputs: [{ data: [7, 14, 21, 28] }] });
    await daemon.kill();

    const again = await cliHere([...args, '--once', '--json']);
    expect(again).toMatchObject({
      code: 3,
      json: { installed: [{ version: '1.0.0', state: 'committed' }] },
    });
    expect(again.stderr).toMatch(/^selvedge: network: /m);
  });

  it('an install that was interrupted in probation ends without them', async () => {
    const away = await tinyFabric();
    await away.publish('1.0.0', [{ scale: 7 }]);
    const dataDir = await fabric.agentDir();
    const options = { hub: away.hub.url, dataDir, pollSeconds: 0 };
    const engine = createOrtEngine({ threads: 1 });
    const load = () => Promise.reject(new SelvedgeError('engine-failed', 'it died'));
    const dying = await openAgent({ ...options, engine: { ...engine, load } });
    expect((await dying.poll()).failed).toMatchObject([{ code: 'engine-failed' }]);
    expect(dying.state()).toMatchObject({ installed: [], underWay: [{ state: 'probation' }] });
    await dying.close();
    await away.close();

    const agent = await openAgent({ ...options, engine });
    const { failed, outcomes } = await agent.poll();
    expect(failed).toMatchObject([{ code: 'network' }]);
    expect(outcomes).toMatchObject([{ family, result: 'committed', transferred: { bytes: 0 } }]);
    const { outputs } = await agent.infer(family, tinyInput());
    expect((outputs.y!.data as Float32Array)[0]).toBe(7);
    await agent.close();
    await engine.close();
  });

  it('a device that never had anything says so with exit code 3', async () => {
    const finished = await cliHere([
      'agent',
      '--hub',
      'http://127.0.0.1:9',
      '--data',
      await fabric.agentDir(),
      '--once',
      '--json',
      '--trust-root',
      fabric.rootFile,
    ]);
    expect(finished).toMatchObject({
      code: 3,
      json: { installed: [], error: { code: 'network' } },
    });
  });
});

describe('a hub that answers HTML', () => {
  it('to everything: exit code 3, one line, and the old model answers', async () => {
    proxy.instead = (response) =>
      void response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><title>Sign in</title>');
    const dataDir = await fabric.agentDir(installed);
    const finished = await once(dataDir);
    expect(finished).toMatchObject({ code: 3, json: { error: { code: 'bad-upstream' } } });
    expect(finished.stderr).toMatch(/^selvedge: bad-upstream: .*HTML.*$/m);
    expect(await answerOf(dataDir)).toBe(2);
  });
});

describe('a data directory', () => {
  it('in use by another process is refused with exit code 3, not shared', async () => {
    const dataDir = await fabric.agentDir(installed);
    const daemon = runCli([
      'agent',
      '--hub',
      proxy.url,
      '--data',
      dataDir,
      '--port',
      '0',
      '--json',
      '--quiet',
    ]);
    await firstDocument(daemon.child.stdout!);
    const second = await once(dataDir);
    await daemon.kill();
    expect(second).toMatchObject({ code: 3, json: { error: { code: 'data-in-use' } } });
    // The lock died with the process.
    expect(await once(dataDir)).toMatchObject({ code: 0 });
  });

  it('that belongs to a hub is refused with exit code 2', async () => {
    const dataDir = await fabric.agentDir();
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'version.json'), '{"kind":"hub","layout":1}');
    expect(await once(dataDir)).toMatchObject({ code: 2, json: { error: { code: 'bad-input' } } });
  });
});

describe('bad usage of `selvedge agent`', () => {
  it.each([
    [['--profile', '/nowhere.json'], 2, 'bad-input', /nowhere\.json/],
    [['--emulate', 'no-such-chip'], 2, 'not-found', /no-such-chip/],
    [['--port', 'web'], 2, 'usage', /--port/],
    [['--edge', 'localhost:7410'], 2, 'usage', /--edge/],
    [['--trust-root', '/nowhere.json'], 2, 'not-found', /nowhere\.json/],
  ])('%j: one line, exit code %i', async (more, code, name, message) => {
    const finished = await once(await fabric.agentDir(), ...more);
    expect(finished).toMatchObject({ code, json: { error: { code: name } } });
    expect(finished.stderr.trim().split('\n')).toHaveLength(1);
    expect(finished.stderr).toMatch(message);
  });
});

const isRoot = process.getuid?.() === 0 && process.platform === 'linux';
const noMount = !isRoot && 'mounting a small file system needs root on Linux';

describeUnless(noMount)('a disk that fills', () => {
  let disk: string;

  beforeAll(async () => {
    disk = join(fabric.dir, 'disk');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]);
    const room = { scale: 2 };
    await fabric.publish('1.0.1', [room]);
  });

  afterAll(() => execFileSync('umount', ['-l', disk]));

  it('before anything is fetched: exit code 3, the numbers, nothing half written, the old model answers', async () => {
    const dataDir = join(disk, 'known');
    expect(await once(dataDir)).toMatchObject({ code: 0 });
    await fabric.publish('3.0.0', [{ scale: 3, padding: 6_000_000 }]);
    const finished = await once(dataDir);
    expect(finished).toMatchObject({ code: 3, json: { error: { code: 'disk-full' } } });
    expect(finished.stderr).toMatch(/^selvedge: disk-full: .*: make room/m);
    expect(await readdir(join(dataDir, 'blobs', 'partial'))).toEqual([]);
    expect(await answerOf(dataDir)).toBe(2);
    await rm(dataDir, { recursive: true });
  });

  it('while an agent fetches: exit code 3, and once there is room the install ends well', async () => {
    const dataDir = join(disk, 'filling');
    await fabric.publish('3.0.1', [{ scale: 2 }]);
    expect(await once(dataDir)).toMatchObject({ code: 0 });
    await fabric.publish('3.1.0', [{ scale: 4, padding: 1_500_000 }]);
    proxy.bytesPerSecond = 1_500_000;
    const agent = runAgentChild(proxy.url, dataDir);
    while (journalState(dataDir, 'acme.digits', '3.1.0') !== 'fetching') await moment();
    await writeFile(join(disk, 'filler'), new Uint8Array(8_000_000)).catch(() => {});
    expect(await agent.finished).toMatchObject({ code: 3 });
    expect(await readdir(join(dataDir, 'blobs', 'partial'))).toEqual([]);
    // Still full: the device answers all the same.
    expect(await answerOf(dataDir)).toBe(2);

    await rm(join(disk, 'filler'));
    expect(await answerOf(dataDir)).toBe(2);
    proxy.bytesPerSecond = undefined;
    expect(await once(dataDir)).toMatchObject({ code: 0 });
    expect(await answerOf(dataDir)).toBe(4);
  });
});

const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

/** The JSON document that a daemon prints when it is up. */
async function firstDocument(stdout: AsyncIterable<Buffer>): Promise<{ url: string }> {
  let text = '';
  for await (const chunk of stdout) {
    text += chunk;
    if (text.includes('\n')) break;
  }
  return JSON.parse(text.slice(0, text.indexOf('\n')));
}
