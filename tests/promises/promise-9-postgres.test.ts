/** Promise 9, what is outgrown: the same hub, on PostgreSQL instead of a file. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Counts, DeviceDetail, Devices, ReleaseDetail } from '@selvedge/core/api';
import { mediaTypes } from '@selvedge/core/release';
import { apiVersion } from '@selvedge/core/schema';
import { ociDigest } from '@selvedge/core/trust';
import { type Hub, type HubOptions, startHub } from '@selvedge/hub';
import { fetchJson, requestJson } from '@selvedge/node/http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { enrolDevice } from '../hub/device.ts';
import { openPublisher } from '../hub/publisher.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../support/postgres.ts';
import { describeUnless } from '../support/skip.ts';

const noPostgres = !postgresPrograms && 'PostgreSQL is not installed here';

describeUnless(noPostgres)('a hub on PostgreSQL', () => {
  let server: PostgresServer;
  let dir: string;
  let hub: Hub;
  let options: HubOptions;

  beforeAll(async () => {
    server = await startPostgres();
    dir = await mkdtemp(join(tmpdir(), 'selvedge-hub-postgres-'));
    options = {
      dataDir: join(dir, 'one'),
      port: 0,
      dev: true,
      logLevel: 'silent',
      database: server.url,
    };
    hub = await startHub(options);
  });
  afterAll(async () => {
    await hub?.close();
    await server?.close();
    await rm(dir, { recursive: true });
  });

  it('keeps no tables in its data directory', async () => {
    expect(await readdir(options.dataDir)).not.toContain('hub.sqlite');
  });

  it('publishes, enrols, takes reports and counts, each as on SQLite', async () => {
    const publisher = await openPublisher(hub.url);
    await publisher.post(await publisher.establish());
    expect((await publisher.post(await publisher.release('acme/glyphs', '1.0.0'))).status).toBe(
      200,
    );
    const device = await enrolDevice(hub.url);
    await device.report([{ state: 'staged', variant: 'fp16' }]);
    await device.report([
      { state: 'committed', variant: 'fp16' },
      { state: 'rolled-back', variant: 'int8' },
    ]);
    const { installed } = await fetchJson(
      `${hub.url}/api/v1/families/acme/glyphs/releases/1.0.0`,
      ReleaseDetail,
    );
    expect(installed).toEqual([
      { version: '1.0.0', variant: 'fp16', state: 'committed', devices: 1 },
      { version: '1.0.0', variant: 'int8', state: 'rolled-back', devices: 1 },
    ]);
    const { sequence } = await fetchJson(`${hub.url}/api/v1/devices/${device.id}`, DeviceDetail);
    expect(sequence).toBe(2);
  });

  it('adds a batch of counts once', async () => {
    const end = new Date().toISOString().replace(/\.\d+Z/, 'Z');
    const json = {
      apiVersion,
      kind: 'DecisionCounts',
      batch: randomBytes(16).toString('hex'),
      window: { start: end, end },
      counts: [{ family: 'acme/glyphs', tier: 'edge', rule: 'min-quality', count: 3 }],
    };
    const post = () => requestJson(`${hub.url}/api/v1/counts`, { method: 'POST', json });
    expect(await post()).toEqual({ counted: true });
    expect(await post()).toEqual({ counted: false });
    const { counts } = await fetchJson(`${hub.url}/api/v1/counts`, Counts);
    expect(counts).toEqual([
      { family: 'acme/glyphs', tier: 'edge', rule: 'min-quality', count: 3 },
    ]);
  });

  it('takes blobs and manifests', async () => {
    const config = new TextEncoder().encode('{}');
    const digest = await ociDigest(config);
    const base = `${hub.url}/v2/acme/glyphs`;
    const pushed = await fetch(`${base}/blobs/uploads/?digest=${digest}`, {
      method: 'POST',
      body: config,
    });
    expect(pushed.status).toBe(201);
    const manifest = {
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: { mediaType: mediaTypes.modelConfig, digest, size: config.length },
      layers: [],
    };
    for (const tag of ['1.0.0', '1.0.0']) {
      const put = await fetch(`${base}/manifests/${tag}`, {
        method: 'PUT',
        headers: { 'content-type': mediaTypes.manifest },
        body: JSON.stringify(manifest),
      });
      expect(put.status).toBe(201);
    }
    expect(await (await fetch(`${base}/manifests/1.0.0`)).json()).toEqual(manifest);
    expect(await (await fetch(`${base}/tags/list`)).json()).toMatchObject({ tags: ['1.0.0'] });
  });

  it('belongs to one hub at a time, and has everything after a restart', async () => {
    const second = { ...options, dataDir: join(dir, 'two') };
    await expect(startHub(second)).rejects.toMatchObject({ code: 'data-in-use' });
    await hub.close();
    hub = await startHub(options);
    expect((await fetchJson(`${hub.url}/api/v1/devices`, Devices)).total).toBe(1);
  });

  it('makes tokens that only it can check', async () => {
    await hub.close();
    hub = await startHub({ ...options, dev: false, host: '127.0.0.1' });
    const token = (await readFile(hub.adminTokenFile!, 'utf8')).trim();
    const status = async (headers: Record<string, string>) =>
      (await fetch(`${hub.url}/api/v1/devices`, { headers })).status;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: `Bearer ${token}` })).toBe(200);
  });

  it('says so when the server is away, without its password', async () => {
    const database = 'postgres://user:secret@127.0.0.1:9/none';
    const away = startHub({ ...options, dataDir: join(dir, 'three'), database });
    await expect(away).rejects.toMatchObject({
      code: 'network',
      message: expect.not.stringContaining('secret'),
    });
  });
});
