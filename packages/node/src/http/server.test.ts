import { once } from 'node:events';
import { connect, createServer as createNetServer } from 'node:net';
import { fail } from '@selvedge/core/errors';
import { afterEach, describe, expect, it } from 'vitest';
import { openTelemetry, traceHeaders } from '../telemetry/index.ts';
import { createServer, type Server, type ServerOptions } from './server.ts';

const open: Server[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close(0)));
});

function serve(options: Partial<ServerOptions> = {}): Server {
  const telemetry = openTelemetry({ service: 'test', logLevel: 'silent' });
  const server = createServer({ telemetry, port: 0, ...options });
  open.push(server);
  return server;
}

describe('a server', () => {
  it('answers errors by the table, with code, message and details', async () => {
    const { app, listen } = serve();
    app.get('/a', async () =>
      fail('conflict', 'version 3 is there', { details: { version: 3 }, hint: 'take 4' }),
    );
    const answer = await fetch(`${await listen()}/a`);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toEqual({
      error: {
        code: 'conflict',
        message: 'version 3 is there',
        hint: 'take 4',
        details: { version: 3 },
      },
    });
  });

  it('keeps its own faults to the log', async () => {
    const { app, listen } = serve();
    app.get('/a', async () => Promise.reject(new TypeError('secret path /srv/x')));
    const answer = await fetch(`${await listen()}/a`);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret');
  });

  it('says bad-input for a body that is no JSON, one too large, and a field of the wrong type', async () => {
    const { app, listen } = serve({ maxBodyBytes: 100 });
    const schema = {
      body: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
    };
    app.post('/a', { schema }, async () => ({}));
    const url = await listen();
    const post = async (body: string) => {
      const answer = await fetch(`${url}/a`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      return {
        status: answer.status,
        ...((await answer.json()) as { error: { code: string; message: string } }).error,
      };
    };
    expect(await post('{')).toMatchObject({ status: 400, code: 'bad-input' });
    expect(await post(`"${'x'.repeat(200)}"`)).toMatchObject({ status: 413, code: 'bad-input' });
    expect(await post('{}')).toMatchObject({
      status: 400,
      code: 'bad-input',
      message: expect.stringContaining("'n'"),
    });
  });

  it('says not-found for a path nobody serves', async () => {
    const { listen } = serve();
    const answer = await fetch(`${await listen()}/nowhere?q=1`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      error: { code: 'not-found', message: 'no GET /nowhere here' },
    });
  });

  it('is alive at once, and ready when every check holds', async () => {
    let warm = false;
    const { listen } = serve({
      checks: {
        disk: () => undefined,
        cache: () => (warm ? undefined : 'cold'),
        broken: async () => (warm ? undefined : Promise.reject(new Error('no'))),
      },
    });
    const url = await listen();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const before = await fetch(`${url}/readyz`);
    expect(before.status).toBe(503);
    expect(await before.json()).toEqual({
      ready: false,
      checks: {
        disk: { ready: true },
        cache: { ready: false, reason: 'cold' },
        broken: { ready: false, reason: 'no' },
      },
    });
    warm = true;
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it('counts by route pattern and status, fast path included, and never by URL', async () => {
    const { app, listen } = serve({
      fastPath: (request, response) => {
        if (!request.url?.startsWith('/trust/')) return undefined;
        response.end('fast');
        return '/trust/*';
      },
    });
    app.get('/things/:id', async () => ({}));
    const url = await listen();
    for (const path of ['/things/1', '/things/2', '/trust/x.json', '/nowhere'])
      await fetch(url + path).then((a) => a.text());
    const text = await (await fetch(`${url}/metrics`)).text();
    const count = (route: string, status: number) =>
      new RegExp(
        `_seconds_count\\{method="GET",route="${route}",status="${status}"\\} (\\d+)`,
      ).exec(text)?.[1];
    expect(count('/things/:id', 200)).toBe('2');
    expect(count('/trust/\\*', 200)).toBe('1');
    expect(count('unmatched', 404)).toBe('1');
    expect(text).not.toContain('things/1');
  });

  it("continues the caller's trace in its handlers, also after a body was read", async () => {
    const { app, listen } = serve();
    app.post('/a', async () => traceHeaders());
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const answer = await fetch(`${await listen()}/a`, {
      method: 'POST',
      body: JSON.stringify('x'.repeat(300_000)),
      headers: { 'content-type': 'application/json', traceparent, 'x-request-id': 'abc-1' },
    });
    expect(((await answer.json()) as { traceparent: string }).traceparent).toMatch(
      /^00-0af7651916cd43dd8448eb211c80319c-/,
    );
    expect(answer.headers.get('x-request-id')).toBe('abc-1');
  });

  it('says port-in-use when another process has the port', async () => {
    const other = createNetServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(serve({ port }).listen()).rejects.toMatchObject({
      code: 'port-in-use',
      message: `port ${port} on 127.0.0.1 is taken by another process`,
    });
    other.close();
  });

  it('lets a request in flight end when it closes, and cuts one that does not', async () => {
    const server = serve();
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    server.app.get('/slow', async () => {
      await gate;
      return 'done';
    });
    server.app.get('/never', () => new Promise(() => {}));
    const url = await server.listen();
    const slow = fetch(`${url}/slow`).then((answer) => answer.text());
    const never = fetch(`${url}/never`).then(
      () => 'answered',
      () => 'cut',
    );
    await expect
      .poll(async () => (await fetch(`${url}/metrics`)).text())
      .toMatch(/active_requests 3/);
    const closing = server.close(300);
    go();
    expect(await slow).toBe('done');
    expect(await never).toBe('cut');
    await closing;
  });

  it('survives a client that sends no HTTP', async () => {
    const { listen } = serve();
    const url = new URL(await listen());
    const socket = connect(Number(url.port), url.hostname);
    socket.end('\u0016\u0003 not http\r\n\r\n');
    await once(socket.resume(), 'close');
    expect((await fetch(`${url}healthz`)).status).toBe(200);
  });
});
