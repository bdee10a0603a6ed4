/** `selvedge hub` and `selvedge fleet`, as a script runs them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Devices } from '@selvedge/core/api';
import { type Hub, startHub } from '@selvedge/hub';
import { fetchJson } from '@selvedge/node/http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EnrolledDevice, enrolDevice } from '../hub/device.ts';
import { runCli } from '../support/agent-process.ts';
import { cliHere } from '../support/cli-here.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'selvedge-cli-hub-'));
});
afterAll(() => rm(dir, { recursive: true }));

describe('selvedge hub', () => {
  it('says in its first line what --dev means, owns its data and port, stops when asked', async () => {
    const data = join(dir, 'one');
    const { child, finished } = runCli(['hub', '--data', data, '--port', '0', '--dev']);
    let line = '';
    for await (line of createInterface(child.stdout!)) break;
    expect(line).toMatch(
      /^hub at http:\/\/127\.0\.0\.1:\d+ for development: this machine only, no credentials/,
    );
    const { port } = new URL(/http\S+/.exec(line)![0]);

    const sameData = await cliHere(['hub', '--data', data, '--port', '0', '--dev', '--json']);
    expect([sameData.code, sameData.json]).toMatchObject([3, { error: { code: 'data-in-use' } }]);
    const samePort = await cliHere(['hub', '--data', join(dir, 'two'), '--port', port, '--dev']);
    expect([samePort.code, samePort.stderr]).toEqual([
      3,
      expect.stringMatching(/^selvedge: port-in-use: .*: stop it, or choose another port\n$/),
    ]);

    child.kill('SIGTERM');
    expect((await finished).code).toBe(0);
  });

  it('refuses a port that is none, and a public address under --dev', async () => {
    const data = join(dir, 'three');
    expect((await cliHere(['hub', '--data', data, '--port', 'many'])).code).toBe(2);
    expect((await cliHere(['hub', '--data', data, '--dev', '--host', '0.0.0.0'])).code).toBe(2);
    expect((await cliHere(['hub'])).code).toBe(2);
  });
});

describe('selvedge fleet', () => {
  let hub: Hub;
  let device: EnrolledDevice;
  beforeAll(async () => {
    hub = await startHub({ dataDir: join(dir, 'fleet'), port: 0, dev: true, logLevel: 'silent' });
  });
  afterAll(() => hub.close());

  it('says what would appear while there is nothing, and how', async () => {
    const { code, stdout } = await cliHere(['fleet', 'list', '--hub', hub.url]);
    expect([code, stdout]).toEqual([0, expect.stringContaining('selvedge agent --hub')]);
  });

  it('lists devices in aligned columns, and as JSON', async () => {
    device = await enrolDevice(hub.url);
    await device.report([{ state: 'committed', variant: 'fp16' }]);
    await enrolDevice(hub.url);
    const { code, stdout } = await cliHere(['fleet', 'list', '--hub', hub.url]);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe('2 devices; 1 without an installed model');
    const heading = lines[2]!;
    const row = lines.find((line) => line.startsWith(device.id))!;
    expect(row.indexOf('acme/glyphs 1.0.0 fp16')).toBe(heading.indexOf('installed'));
    const { json } = await cliHere(['fleet', 'list', '--hub', hub.url, '--json']);
    expect(json).toEqual(await fetchJson(`${hub.url}/api/v1/devices`, Devices));
  });

  it('shows one device', async () => {
    const { code, stdout } = await cliHere(['fleet', 'show', device.id, '--hub', hub.url]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/target +flagship-2026 \(figures estimated\)/);
    expect(stdout).toMatch(/acme\/glyphs +1\.0\.0 +fp16 +committed +sha256:/);
  });

  it('fails in one line: unknown device, no hub, a page instead of a hub', async () => {
    const unknown = await cliHere(['fleet', 'show', `d-${'0'.repeat(32)}`, '--hub', hub.url]);
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringMatching(/^selvedge: not-found: .*\n$/),
    ]);
    expect((await cliHere(['fleet', 'list', '--hub', 'http://127.0.0.1:9'])).code).toBe(3);
    expect((await cliHere(['fleet', 'list', '--limit', 'all'])).code).toBe(2);
  });
});
