import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Type } from 'typebox';
import { afterEach, describe, expect, it } from 'vitest';
import { contextOfHeaders, withContext } from '../telemetry/index.ts';
import { httpFetch } from './client.ts';
import { failForStatus, fetchJson } from './json.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function origin(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answer = (text: string, headers: Record<string, string> = {}, status = 200) =>
  origin((_request: IncomingMessage, response: ServerResponse) =>
    response.writeHead(status, headers).end(text),
  );

describe('httpFetch', () => {
  it('brings bytes as they are, without decompressing them', async () => {
    const packed = gzipSync('hello');
    const url = await origin((request, response) => {
      expect(request.headers['accept-encoding']).toBe('identity');
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
    });
    expect(Buffer.from(await (await httpFetch(url)).bytes())).toEqual(packed);
  });

  it('carries the trace along', async () => {
    let seen: unknown;
    const url = await origin((request, response) => {
      seen = request.headers.traceparent;
      response.end();
    });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await withContext(contextOfHeaders({ traceparent }), () => httpFetch(url));
    expect(seen).toBe(traceparent);
  });

  it('keeps a connection for the next request', async () => {
    const sockets = new Set<unknown>();
    const url = await origin((request, response) => {
      sockets.add(request.socket);
      response.writeHead(200, { 'content-length': '100000' }).end('x'.repeat(100_000));
    });
    for (let i = 0; i < 3; i++) await (await httpFetch(url)).bytes();
    (await httpFetch(url, { method: 'HEAD' })).discard();
    await setTimeout(20);
    await (await httpFetch(url)).bytes();
    expect(sockets.size).toBe(1);
  });

  it('sends again when a kept connection had closed meanwhile', async () => {
    const url = await origin((request, response) => {
      response.end('ok');
      setImmediate(() => request.socket.destroy());
    });
    for (let i = 0; i < 20; i++) expect(await (await httpFetch(url)).text()).toBe('ok');
  });

  it('streams a body out and in', async () => {
    const url = await origin((request, response) => void request.pipe(response));
    async function* chunks() {
      for (let i = 0; i < 64; i++) yield new Uint8Array(64 * 1024).fill(i);
    }
    const back = await (await httpFetch(url, { method: 'PUT', body: chunks() })).bytes();
    expect(back.length).toBe(4 * 1024 * 1024);
    expect(back[64 * 1024 * 63]).toBe(63);
  });

  it('follows redirects, and keeps credentials from another origin', async () => {
    let seen: unknown = 'nothing';
    const far = await origin((request, response) => {
      seen = request.headers.authorization;
      response.end('far');
    });
    const near = await answer('', { location: `${far}/blob` }, 307);
    const got = await httpFetch(near, { headers: { Authorization: 'Bearer x' } });
    expect([await got.text(), got.url, seen]).toEqual(['far', `${far}/blob`, undefined]);
  });

  it('ends a redirect loop', async () => {
    const url: string = await origin((_request, response) =>
      response.writeHead(302, { location: '/' }).end(),
    );
    expect((await httpFetch(url)).status).toBe(302);
  });

  it('says network when nobody listens', async () => {
    const url = await answer('');
    for (const close of closers.splice(0)) close();
    await expect(httpFetch(url)).rejects.toMatchObject({
      code: 'network',
      message: `${url} cannot be reached: ECONNREFUSED`,
    });
  });

  it('says network when the connection drops in the middle of the body', async () => {
    const url = await origin((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('x'.repeat(40));
      setTimeout(20).then(() => response.destroy());
    });
    const got = await httpFetch(url);
    await expect(got.bytes()).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining('after 40 bytes'),
    });
  });

  it('says timeout when no headers come, and when the body stands still', async () => {
    const silent = await origin(() => {});
    await expect(httpFetch(silent, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'timeout' });
    const stalling = await origin((_request, response) => void response.writeHead(200).write('x'));
    const got = await httpFetch(stalling, { idleTimeoutMs: 50 });
    await expect(got.bytes()).rejects.toMatchObject({ code: 'timeout' });
  });

  it('says cancelled when the caller gives up, before and within the body', async () => {
    const silent = await origin(() => {});
    await expect(httpFetch(silent, { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      code: 'cancelled',
    });
    await expect(httpFetch(silent, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    const stalling = await origin((_request, response) => void response.writeHead(200).write('x'));
    const stop = new AbortController();
    const got = await httpFetch(stalling, { signal: stop.signal });
    setTimeout(20).then(() => stop.abort());
    await expect(got.bytes()).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('stops an endless body at its limit, with the code the caller wants', async () => {
    const url = await origin((_request, response) => {
      const more = () => {
        if (response.destroyed) return;
        response.write('x'.repeat(10_000));
        setImmediate(more);
      };
      more();
    });
    await expect((await httpFetch(url, { maxBytes: 50_000 })).bytes()).rejects.toMatchObject({
      code: 'bad-upstream',
    });
    const strict = await httpFetch(url, { maxBytes: 50_000, tooLarge: 'trust-too-large' });
    await expect(strict.bytes()).rejects.toMatchObject({
      code: 'trust-too-large',
      details: { limit: 50_000 },
    });
  });

  it('refuses an HTML page where bytes were expected', async () => {
    const url = await answer('<!doctype html>', { 'content-type': 'text/html; charset=utf-8' });
    await expect(httpFetch(url, { expect: 'bytes' })).rejects.toMatchObject({
      code: 'bad-upstream',
      message: expect.stringContaining(url),
      details: { contentType: 'text/html; charset=utf-8' },
    });
  });

  it('says usage for what is no URL', async () => {
    await expect(httpFetch('ftp://x')).rejects.toMatchObject({ code: 'usage' });
    await expect(httpFetch('127.0.0.1:7400')).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('fetchJson', () => {
  const schema = Type.Object({ n: Type.Integer() });

  it('gives a document that fits', async () => {
    expect(await fetchJson(await answer('{"n":1,"more":2}'), schema)).toEqual({ n: 1, more: 2 });
  });

  it('says what came instead', async () => {
    await expect(fetchJson(await answer('<html>'), schema)).rejects.toMatchObject({
      code: 'bad-upstream',
    });
    const odd = await answer('{"n":"1"}');
    await expect(fetchJson(odd, schema)).rejects.toMatchObject({
      code: 'bad-document',
      message: expect.stringContaining(odd),
    });
  });

  it("passes on the peer's own error, and a 500 of its as a bad upstream", async () => {
    const body = JSON.stringify({
      error: { code: 'trust-rollback', message: 'version 3 < 4', details: { a: 1 } },
    });
    await expect(fetchJson(await answer(body, {}, 422), schema)).rejects.toMatchObject({
      code: 'trust-rollback',
      details: { a: 1, status: 422 },
    });
    const fault = JSON.stringify({ error: { code: 'internal', message: 'a fault', details: {} } });
    await expect(fetchJson(await answer(fault, {}, 500), schema)).rejects.toMatchObject({
      code: 'bad-upstream',
    });
  });

  it("reads OCI's errors, and bare statuses", async () => {
    const oci = await httpFetch(
      await answer('{"errors":[{"code":"NAME_UNKNOWN","message":"no such repository"}]}', {}, 404),
    );
    await expect(failForStatus(oci)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('no such repository'),
    });
    const busy = await httpFetch(await answer('', {}, 503));
    await expect(failForStatus(busy)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
