import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Engine, makeTensor } from '@selvedge/infer/engine';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { engineAcceptance } from '../acceptance/index.ts';
import { countingModel, identityModel } from '../acceptance/models.ts';
import { createOrtEngine } from '../ort-node/index.ts';
import { createRemoteEngine } from './index.ts';
import { type OipServer, startOipServer } from './oip-server.fixture.ts';

const newServer = () => startOipServer(createOrtEngine({ threads: 1, graceMs: 50 }));

/** An engine that puts a model onto the server before it points at it there. */
async function hostedEngine(): Promise<Engine> {
  const server = await newServer();
  const remote = createRemoteEngine({ url: server.url });
  return {
    ...remote,
    load: async (model) => remote.load({ model: new Uint8Array(), name: await server.host(model) }),
    close: async () => {
      await remote.close();
      await server.close();
    },
  };
}

engineAcceptance('remote', hostedEngine, {
  bfloat16: "the server's ONNX Runtime has no bfloat16 tensors",
  'names of dimensions': 'the protocol gives a free dimension no name',
});

describe('an OIP server as an engine', () => {
  let server: OipServer;
  beforeAll(async () => {
    server = await newServer();
  });
  afterAll(() => server.close());

  it('carries the headers it is given, and parameters both ways', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const remote = createRemoteEngine({ url: server.url, headers: () => ({ traceparent }) });
    const session = await remote.open(await server.host(identityModel('float32', ['n'])));
    const x = makeTensor('float32', [1], new Float32Array([1]));
    const { parameters } = await session.run({ x }, { parameters: { echo: 'edge,fast' } });
    expect(parameters).toMatchObject({
      echo: 'edge,fast',
      selvedge_compute_ms: expect.any(Number),
    });
    expect(server.requests.slice(-3).map((headers) => headers.traceparent)).toEqual([
      traceparent,
      traceparent,
      traceparent,
    ]);
  });

  it('stops the work on the server when the caller gives up', async () => {
    const remote = createRemoteEngine({ url: server.url });
    const session = await remote.open(await server.host(countingModel()));
    const trips = (count: bigint) => makeTensor('int64', [], new BigInt64Array([count]));
    const slow = session.run({ trips: trips(2n ** 50n) }, { signal: AbortSignal.timeout(50) });
    await expect(slow).rejects.toMatchObject({ code: 'cancelled' });
    // Were it still at work there, this would wait behind it for ever.
    const { outputs } = await session.run({ trips: trips(3n) }, { timeoutMs: 5_000 });
    expect(outputs.count!.data[0]).toBe(3n);
  });

  it('does not know a model of another name', async () => {
    const remote = createRemoteEngine({ url: `${server.url}/` });
    await expect(remote.open('nothing')).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('no model nothing'),
    });
    await expect(remote.load(identityModel('float32', []))).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  describe('says what is wrong with', () => {
    const cases: [string, RequestListener, string, string][] = [
      [
        'a captive portal',
        (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
        'bad-upstream',
        'HTML page',
      ],
      [
        'an error page',
        (_, response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<html>'),
        'bad-upstream',
        '502',
      ],
      [
        'an answer that is no JSON',
        (_, response) => response.end('hello'),
        'bad-upstream',
        'hello',
      ],
      [
        'an answer that says nothing',
        (_, response) => response.end('{}'),
        'bad-upstream',
        '"name"',
      ],
      ['a connection that breaks', (request) => request.socket.destroy(), 'network', 'SOCKET'],
      [
        'an overloaded server',
        (_, response) => response.writeHead(503).end(JSON.stringify({ error: 'queue is full' })),
        'unavailable',
        'queue is full',
      ],
      [
        'an error of another API',
        (_, response) =>
          response
            .writeHead(403)
            .end(JSON.stringify({ error: { code: 'privacy', message: 'no' } })),
        'privacy',
        'no',
      ],
      [
        'an answer without end',
        (_, response) => {
          const more = () => response.write(Buffer.alloc(65_536, 32), () => setImmediate(more));
          more();
          response.on('close', () => response.destroy());
        },
        'bad-upstream',
        'more than',
      ],
      ['silence', () => {}, 'timeout', '200 ms'],
      [
        'a redirect, which is not followed',
        (_, response) => response.writeHead(307, { location: server.url }).end(),
        'network',
        'redirect',
      ],
    ];
    it.each(cases)('%s', async (_, listener, code, words) => {
      const url = await serve(listener);
      const remote = createRemoteEngine({ url, timeoutMs: 200, maxBytes: 2 ** 20 });
      await expect(remote.open('m')).rejects.toMatchObject({
        code,
        message: expect.stringContaining(words),
      });
    });

    it('nobody there', async () => {
      const closed = await newServer();
      await closed.close();
      const remote = createRemoteEngine({ url: closed.url });
      await expect(remote.open('m')).rejects.toMatchObject({
        code: 'network',
        message: expect.stringContaining('ECONNREFUSED'),
      });
    });
  });

  it('sends JSON to a server that does not say it reads bytes', async () => {
    const bodies: string[] = [];
    const url = await serve((request, response) => {
      if (request.method === 'GET') {
        const specs = [{ name: 'x', datatype: 'FP32', shape: [-1] }];
        response.end(JSON.stringify({ name: 'm', platform: '', inputs: specs, outputs: specs }));
        return;
      }
      request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
      request.on('end', () => response.end(JSON.stringify({ model_name: 'm', outputs: [] })));
    });
    const session = await createRemoteEngine({ url }).open('m');
    const x = makeTensor('float32', [2_000], new Float32Array(2_000));
    expect((await session.run({ x })).outputs).toEqual({});
    expect(JSON.parse(bodies.join('')).inputs[0].data).toHaveLength(2_000);
  });
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
