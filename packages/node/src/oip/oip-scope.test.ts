import { SelvedgeError } from '@selvedge/core/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer, type Server } from '../http/index.ts';
import { openTelemetry } from '../telemetry/index.ts';
import { oipScope } from './oip-scope.ts';

const servers: Server[] = [];
async function serve(bodies: 'json' | 'any'): Promise<string> {
  const server = createServer({
    telemetry: openTelemetry({ service: 'test', logLevel: 'silent' }),
    port: 0,
  });
  servers.push(server);
  server.app.register(async (scope) => {
    oipScope(scope, { bodies });
    scope.post('/bytes', async ({ body }) => ({ bytes: (body as Buffer).length }));
    scope.get('/busy', async () => {
      throw new SelvedgeError('unavailable', 'busy', { details: { retryAfterMs: 250 } });
    });
    scope.get('/fault', async () => Promise.reject(new TypeError('secret path')));
  });
  return server.listen();
}

let strict: string;
let open: string;
beforeAll(async () => {
  [strict, open] = [await serve('json'), await serve('any')];
});
afterAll(() => Promise.all(servers.map((server) => server.close(0))));

const post = (url: string, type: string) =>
  fetch(`${url}/bytes`, { method: 'POST', body: '{"a":', headers: { 'content-type': type } });

describe('a scope of the Open Inference Protocol', () => {
  it('gets bodies as they are, JSON or not', async () => {
    for (const type of ['application/json', 'application/octet-stream']) {
      for (const url of [strict, open])
        expect(await (await post(url, type)).json()).toEqual({ bytes: 5 });
    }
  });

  it('takes a type that any page may send only where it is told to', async () => {
    expect((await post(strict, 'text/plain')).status).toBe(415);
    expect((await post(open, 'text/plain')).status).toBe(200);
  });

  it('says when to come again, in the protocol’s form', async () => {
    const answer = await fetch(`${strict}/busy`);
    expect([answer.status, answer.headers.get('retry-after-ms')]).toEqual([503, '250']);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toMatchObject({ error: expect.stringContaining('busy') });
  });

  it('keeps its own faults to the log', async () => {
    const answer = await fetch(`${strict}/fault`);
    expect([answer.status, await answer.text()]).toEqual([
      500,
      expect.not.stringContaining('secret'),
    ]);
  });
});
