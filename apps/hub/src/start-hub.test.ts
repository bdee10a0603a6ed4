import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiVersion } from '@selvedge/core/schema';
import {
  ed25519Pem,
  fromHex,
  type Signer,
  sha256Hex,
  signDocument,
  signerFromPem,
} from '@selvedge/core/trust';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Hub, startHub } from './start-hub.ts';

const root = await mkdtemp(join(tmpdir(), 'selvedge-hub-'));
afterAll(() => rm(root, { recursive: true }));
const freshDir = () => mkdtemp(join(root, 'd-'));
const quiet = { port: 0, host: '127.0.0.1', logLevel: 'silent' } as const;

type Answer = { status: number; body: Record<string, never> & { error?: { code: string } } };

async function ask(
  hub: Hub,
  method: string,
  path: string,
  body?: unknown,
  token?: string,
): Promise<Answer> {
  const answer = await fetch(`${hub.url}/api/v1/${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Answer['body'] };
}

interface Device {
  id: string;
  publicKey: string;
  signer: Signer;
}

async function newDevice(): Promise<Device> {
  const signer = await signerFromPem(ed25519Pem(randomBytes(32)));
  const raw = fromHex(signer.key.keyval.public)!;
  return {
    id: `d-${(await sha256Hex(raw)).slice(0, 32)}`,
    publicKey: Buffer.from(raw).toString('base64'),
    signer,
  };
}

const at = '2026-11-20T12:00:00Z';
const enrolmentOf = ({ id, publicKey }: Device) => ({
  apiVersion,
  kind: 'Enrolment',
  device: id,
  publicKey,
  at,
});

const variant = (state: string, version = '1.0.0') => ({
  family: 'acme/glyphs',
  version,
  variant: 'fp16',
  digest: `sha256:${'b'.repeat(64)}`,
  state,
});

const reportOf = ({ id }: Device, sequence: number, installed: unknown[], extra = {}) => ({
  apiVersion,
  kind: 'StateReport',
  device: id,
  sequence,
  at,
  profile: {
    target: 'flagship-2026',
    platform: { os: 'android', arch: 'arm64' },
    engines: [{ name: 'onnxruntime', version: '1.30.0' }],
    units: [{ kind: 'npu', provider: 'qnn', precisions: ['fp16'], tops: { fp16: 22.5 } }],
    memory: { budgetBytes: 1e9, bandwidth: 7.7e10 },
    provenance: 'estimated',
  },
  installed,
  problems: [],
  ...extra,
});

const signed = (device: Device, document: unknown) => signDocument(document, [device.signer]);

async function enrol(hub: Hub, device: Device) {
  return ask(hub, 'POST', 'devices', await signed(device, enrolmentOf(device)));
}

describe('the fleet', () => {
  let hub: Hub;
  beforeAll(async () => {
    hub = await startHub({ ...quiet, dataDir: await freshDir(), dev: true });
  });
  afterAll(() => hub.close());

  it('takes a device by its own signature, once', async () => {
    const device = await newDevice();
    const first = await enrol(hub, device);
    expect(first).toMatchObject({ status: 201, body: { device: device.id, sequence: 0 } });
    expect(await enrol(hub, device)).toEqual({ ...first, status: 200 });
  });

  it('takes no device under the name of another', async () => {
    const [device, thief] = [await newDevice(), await newDevice()];
    const stolen = await signed(thief, { ...enrolmentOf(thief), device: device.id });
    const foreign = await signed(thief, enrolmentOf(device));
    for (const enrolment of [stolen, foreign]) {
      const { status, body } = await ask(hub, 'POST', 'devices', enrolment);
      expect([status, body.error?.code]).toEqual([422, 'trust-signature']);
    }
    expect((await ask(hub, 'GET', `devices/${device.id}`)).status).toBe(404);
  });

  it('shows what a device last reported, with keys that it does not know', async () => {
    const device = await newDevice();
    await enrol(hub, device);
    const report = reportOf(device, 1, [variant('committed')], { fromTheFuture: { a: 1 } });
    const put = await ask(hub, 'PUT', `devices/${device.id}/state`, await signed(device, report));
    expect(put).toEqual({ status: 200, body: { device: device.id, sequence: 1 } });
    const { body } = await ask(hub, 'GET', `devices/${device.id}`);
    expect(body).toMatchObject({
      device: device.id,
      publicKey: device.publicKey,
      sequence: 1,
      target: 'flagship-2026',
      platform: { os: 'android', arch: 'arm64' },
      installed: [variant('committed')],
      profile: report.profile,
    });
    expect((await enrol(hub, device)).body).toMatchObject({ sequence: 1 });
  });

  it('keeps no report that is older, forged, or of a device it does not know', async () => {
    const [device, other] = [await newDevice(), await newDevice()];
    await enrol(hub, device);
    const put = async (document: unknown, by: Device = device, of = device) => {
      const path = `devices/${of.id}/state`;
      const { status, body } = await ask(hub, 'PUT', path, await signed(by, document));
      return [status, body.error?.code];
    };
    expect(await put(reportOf(device, 5, []))).toEqual([200, undefined]);
    expect(await put(reportOf(device, 5, []))).toEqual([409, 'conflict']);
    expect(await put(reportOf(device, 4, []))).toEqual([409, 'conflict']);
    expect(await put(reportOf(device, 6, []), other)).toEqual([422, 'trust-signature']);
    expect(await put(reportOf(other, 6, []), other, device)).toEqual([422, 'trust-signature']);
    expect(await put(reportOf(other, 1, []), other, other)).toEqual([404, 'not-found']);
    expect(await put({ ...reportOf(device, 6, []), sequence: 'six' })).toEqual([
      400,
      'bad-document',
    ]);
    expect((await ask(hub, 'GET', `devices/${device.id}`)).body).toMatchObject({ sequence: 5 });
  });

  it('is listed in pages, each device once', async () => {
    for (let n = 0; n < 5; n++) await enrol(hub, await newDevice());
    const seen: string[] = [];
    let after = '';
    let total = 0;
    do {
      const { body } = await ask(hub, 'GET', `devices?limit=2${after && `&after=${after}`}`);
      const page = body as unknown as {
        devices: { device: string }[];
        total: number;
        next: string;
      };
      seen.push(...page.devices.map(({ device }) => device));
      after = page.next;
      total = page.total;
    } while (after);
    expect(seen).toHaveLength(total);
    expect(new Set(seen).size).toBe(total);
    expect((await ask(hub, 'GET', 'devices?limit=0')).status).toBe(400);
  });

  it('takes a batch of decisions once, and counts no family that is not published here', async () => {
    const end = new Date().toISOString().replace(/\.\d+Z/, 'Z');
    const batch = {
      apiVersion,
      kind: 'DecisionCounts',
      batch: randomBytes(16).toString('hex'),
      window: { start: end, end },
      counts: [{ family: 'acme/glyphs', tier: 'edge', rule: 'min-quality', count: 3 }],
    };
    expect((await ask(hub, 'POST', 'counts', batch)).body).toEqual({ counted: true });
    expect((await ask(hub, 'POST', 'counts', batch)).body).toEqual({ counted: false });
    const { body } = await ask(hub, 'GET', 'counts?family=acme/glyphs');
    expect(body).toMatchObject({ counts: [] });
  });

  it('describes its API', async () => {
    const { body } = await ask(hub, 'GET', 'openapi.json');
    const { openapi, paths } = body as unknown as { openapi: string; paths: object };
    expect(openapi).toBe('3.1.0');
    expect(Object.keys(paths)).toContain('/api/v1/devices/{device}/state');
    expect(Object.keys(paths).filter((path) => !path.startsWith('/api/v1/'))).toEqual([]);
  });

  it('answers everything else in the same form', async () => {
    expect(await ask(hub, 'GET', 'nothing')).toMatchObject({
      status: 404,
      body: { error: { code: 'not-found', details: {} } },
    });
    const text = await fetch(`${hub.url}/api/v1/counts`, { method: 'POST', body: 'text' });
    expect(text.status).toBe(415);
  });

  it('serves the console, or says how to build it, and lets nothing else run in it', async () => {
    const page = await fetch(`${hub.url}/`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('a hub under --dev', () => {
  it('refuses to listen where others can reach it', async () => {
    const dataDir = await freshDir();
    await expect(startHub({ ...quiet, dataDir, host: '0.0.0.0', dev: true })).rejects.toMatchObject(
      {
        code: 'usage',
      },
    );
  });

  it('answers to no page of another site: not by a foreign name, not to cross-site writes', async () => {
    const hub = await startHub({ ...quiet, dataDir: await freshDir(), dev: true });
    const { port } = new URL(hub.url);
    const raw = (method: string, headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const outgoing = httpRequest({
          port,
          host: '127.0.0.1',
          method,
          path: '/api/v1/devices',
          headers,
        });
        outgoing.on('response', (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        outgoing.on('error', reject).end();
      });
    expect(await raw('GET', { host: `evil.example:${port}` })).toBe(403);
    expect(await raw('GET', { host: `localhost:${port}` })).toBe(200);
    expect(await raw('POST', { host: `127.0.0.1:${port}`, 'sec-fetch-site': 'cross-site' })).toBe(
      403,
    );
    await hub.close();
  });
});

describe('a hub outside --dev', () => {
  let hub: Hub;
  let dataDir: string;
  let admin: string;
  beforeAll(async () => {
    dataDir = await freshDir();
    hub = await startHub({ ...quiet, dataDir });
    admin = (await readFile(hub.adminTokenFile!, 'utf8')).trim();
  });
  afterAll(() => hub.close());

  const tokenFor = async (...scopes: string[]) => {
    const { status, body } = await ask(hub, 'POST', 'tokens', { name: 'test', scopes }, admin);
    expect(status).toBe(201);
    return body as unknown as { id: string; token: string };
  };

  it('makes one token with every right, for its owner’s eyes only, and only its hash stays in the database', async () => {
    expect((await stat(join(dataDir, 'admin.token'))).mode & 0o777).toBe(0o600);
    for (const name of ['hub.sqlite', 'hub.sqlite-wal']) {
      expect((await readFile(join(dataDir, name))).includes(admin)).toBe(false);
    }
  });

  it('lets nobody write without the right scope, on any route', async () => {
    const { token: reader } = await tokenFor('read');
    const document = (await (await fetch(`${hub.url}/api/v1/openapi.json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const writes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((method) => method !== 'get' && method !== 'head')
        .map((method) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'x')] as const),
    );
    writes.push(
      ['POST', '/v2/acme/glyphs/blobs/uploads/'],
      ['PATCH', '/v2/acme/glyphs/blobs/uploads/x'],
      ['PUT', '/v2/acme/glyphs/blobs/uploads/x'],
      ['DELETE', '/v2/acme/glyphs/blobs/uploads/x'],
      ['PUT', '/v2/acme/glyphs/manifests/x'],
    );
    expect(writes.length).toBeGreaterThan(9);
    for (const [method, path] of writes) {
      const call = (headers: Record<string, string>) =>
        fetch(hub.url + path, { method, headers }).then(({ status }) => status);
      expect([method, path, await call({})]).toEqual([method, path, 401]);
      expect([method, path, await call({ authorization: 'Bearer nonsense' })]).toEqual([
        method,
        path,
        401,
      ]);
      expect([method, path, await call({ authorization: `Bearer ${reader}` })]).toEqual([
        method,
        path,
        403,
      ]);
    }
  });

  it('shows the fleet to readers only, and what is public to everybody', async () => {
    const { token: reader } = await tokenFor('read');
    const { token: device } = await tokenFor('enrol', 'report', 'signals');
    for (const path of ['devices', 'counts']) {
      expect((await ask(hub, 'GET', path)).status).toBe(401);
      expect((await ask(hub, 'GET', path, undefined, device)).status).toBe(403);
      expect((await ask(hub, 'GET', path, undefined, reader)).status).toBe(200);
    }
    for (const path of ['trust', 'families', 'openapi.json']) {
      expect((await ask(hub, 'GET', path)).status).toBe(200);
    }
  });

  it('takes the password of Basic for a token, as OCI clients send it', async () => {
    const { token } = await tokenFor('publish');
    const begin = (password: string) =>
      fetch(`${hub.url}/v2/acme/glyphs/blobs/uploads/`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`any:${password}`).toString('base64')}` },
      });
    expect((await begin(token)).status).toBe(202);
    const refused = await begin('wrong');
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringMatching(/^Basic/),
    ]);
  });

  it('tells a client that signs in whether its token is one, as docker login asks', async () => {
    const { token } = await tokenFor('read');
    const basic = (password: string) =>
      `Basic ${Buffer.from(`any:${password}`).toString('base64')}`;
    const ping = (authorization?: string) =>
      fetch(`${hub.url}/v2/`, { headers: authorization ? { authorization } : {} });
    for (const right of [basic(token), `Bearer ${token}`, undefined]) {
      expect([right, (await ping(right)).status]).toEqual([right, 200]);
    }
    for (const wrong of [basic('wrong'), 'Bearer wrong', 'Basic', 'Negotiate abc']) {
      const refused = await ping(wrong);
      expect([wrong, refused.status]).toEqual([wrong, 401]);
      expect(refused.headers.get('www-authenticate')).toMatch(/^Basic/);
      const { errors } = (await refused.json()) as { errors: { code: string }[] };
      expect(errors[0]?.code).toBe('UNAUTHORIZED');
    }
  });

  it('revokes a token at once, and remembers the others through a restart', async () => {
    const { id, token } = await tokenFor('read');
    expect((await ask(hub, 'DELETE', `tokens/${id}`, undefined, admin)).status).toBe(200);
    expect((await ask(hub, 'GET', 'devices', undefined, token)).status).toBe(401);
    const { token: kept } = await tokenFor('read');
    await hub.close();
    hub = await startHub({ ...quiet, dataDir });
    expect(hub.adminTokenFile).toBeUndefined();
    expect((await ask(hub, 'GET', 'devices', undefined, kept)).status).toBe(200);
    expect((await ask(hub, 'GET', 'devices', undefined, admin)).status).toBe(200);
  });
});

describe('starting a hub', () => {
  const open: Hub[] = [];
  afterEach(async () => {
    for (const hub of open.splice(0)) await hub.close();
  });

  it('is refused where another hub has the data, and possible once that has stopped', async () => {
    const dataDir = await freshDir();
    const first = await startHub({ ...quiet, dataDir, dev: true });
    await expect(startHub({ ...quiet, dataDir, dev: true })).rejects.toMatchObject({
      code: 'data-in-use',
    });
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
    await first.close();
    open.push(await startHub({ ...quiet, dataDir, dev: true }));
  });

  it('is refused on a port in use, and leaves the data free then', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    const dataDir = await freshDir();
    await expect(startHub({ ...quiet, dataDir, port, dev: true })).rejects.toMatchObject({
      code: 'port-in-use',
    });
    taken.close();
    open.push(await startHub({ ...quiet, dataDir, dev: true }));
  });

  it('is refused on an agent’s data', async () => {
    const dataDir = await freshDir();
    const { openDataDir } = await import('@selvedge/node/store');
    (await openDataDir(dataDir, { kind: 'agent', layout: 1 })).release();
    await expect(startHub({ ...quiet, dataDir, dev: true })).rejects.toMatchObject({
      code: 'bad-input',
    });
  });
});
