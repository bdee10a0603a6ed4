/** An edge in front of a hub under `--dev`: the hub's guard must not end at the edge. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Edge, startEdge } from '@selvedge/edge';
import { type Hub, startHub } from '@selvedge/hub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from './origin.ts';

let dir: string;
let hub: Hub;
let edge: Edge;
const quiet = { port: 0, host: '127.0.0.1', logLevel: 'silent' } as const;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'selvedge-edge-dev-'));
  hub = await startHub({ ...quiet, dataDir: join(dir, 'hub'), dev: true });
  edge = await startEdge({ upstream: hub.url, dataDir: join(dir, 'edge'), ...freePorts });
});
afterAll(async () => {
  await edge.close();
  await hub.close();
  await rm(dir, { recursive: true });
});

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** `fetch` lets nobody choose the Host header. */
const statusOf = (url: string, { method = 'GET', headers = {}, body }: Asked): Promise<number> =>
  new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    outgoing.on('error', reject).end(body);
  });

const evil = { host: 'evil.example' };
const json = { 'content-type': 'application/json' };

describe('an edge on loopback in front of a --dev hub', () => {
  it('answers to no foreign name, on neither port', async () => {
    for (const path of ['/api/v1/devices', '/trust/timestamp.json', '/api/v1/edge', '/metrics']) {
      expect([path, await statusOf(edge.url + path, { headers: evil })]).toEqual([path, 403]);
    }
    for (const path of ['/v2', '/v2/models/acme.glyphs', '/healthz']) {
      expect([path, await statusOf(edge.inferUrl + path, { headers: evil })]).toEqual([path, 403]);
    }
    const named = { host: `localhost:${new URL(edge.url).port}` };
    expect(await statusOf(`${edge.url}/api/v1/devices`, { headers: named })).toBe(200);
  });

  it('makes nobody an admin', async () => {
    const body = JSON.stringify({ name: 'mine', scopes: ['admin'] });
    const asked = { method: 'POST', body, headers: { ...json, ...evil } };
    expect(await statusOf(`${edge.url}/api/v1/tokens`, asked)).toBe(403);
    expect(await statusOf(`${edge.url}/api/v1/tokens`, { ...asked, headers: json })).toBe(405);
    expect(await statusOf(`${hub.url}/api/v1/tokens`, { ...asked, headers: json })).toBe(403);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('relays no %s', async (method) => {
    const answer = await fetch(`${edge.url}/api/v1/devices`, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('infers for no page of another site', async () => {
    const url = `${edge.inferUrl}/v2/models/acme.glyphs/infer`;
    const post = (headers: Record<string, string>) =>
      statusOf(url, { method: 'POST', body: '{}', headers: { ...json, ...headers } });
    expect(await post({ origin: 'https://evil.example' })).toBe(403);
    expect(await post({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await post({})).toBe(404);
  });
});

it('a directory that was used under --dev gets its admin token with the first start without', async () => {
  const dataDir = join(dir, 'second');
  await (await startHub({ ...quiet, dataDir, dev: true })).close();
  const strict = await startHub({ ...quiet, dataDir });
  const token = (await readFile(strict.adminTokenFile!, 'utf8')).trim();
  const answer = await fetch(`${strict.url}/api/v1/tokens`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(((await answer.json()) as { tokens: unknown[] }).tokens).toHaveLength(1);
  await strict.close();
});
