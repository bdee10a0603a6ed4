import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EdgeStatus } from '@selvedge/core/api';
import { type Edge, startEdge } from '@selvedge/edge';
import { createRemoteEngine } from '@selvedge/engines/remote';
import { fetchJson } from '@selvedge/node/http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { family, type TinyFabric, tinyFabric } from '../../support/tiny-fabric.ts';
import { tinyInput } from '../../support/tiny-release.ts';
import { freePorts } from './origin.ts';

const model = 'acme.digits';
let fabric: TinyFabric;
let dir: string;
let edge: Edge;

const open = async (more: Partial<Parameters<typeof startEdge>[0]> = {}): Promise<Edge> =>
  startEdge({ upstream: fabric.hub.url, dataDir: dir, region: 'eu-1', ...freePorts, ...more });
const infer = (
  body: unknown,
  headers: Record<string, string> = {},
  path = `/v2/models/${model}/infer`,
) =>
  fetch(edge.inferUrl + path, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers,
  });
const x = { name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] };
const outputOf = async (answer: Response) =>
  ((await answer.json()) as { outputs: { data: number[] }[] }).outputs[0]!.data;

beforeAll(async () => {
  fabric = await tinyFabric();
  dir = await mkdtemp(join(tmpdir(), 'selvedge-edge-infer-'));
  edge = await open();
});
afterAll(async () => {
  await edge.close();
  await fabric.close();
  await rm(dir, { recursive: true });
});

describe("the edge tier's model", () => {
  it('is not there before one is published, and the edge says so', async () => {
    expect((await fetch(`${edge.inferUrl}/readyz`)).status).toBe(503);
    expect((await fetch(`${edge.inferUrl}/v2/health/live`)).status).toBe(200);
    expect((await fetch(`${edge.inferUrl}/v2/health/ready`)).status).toBe(503);
    const answer = await infer({ inputs: [x] });
    expect([answer.status, ((await answer.json()) as { error: string }).error]).toEqual([
      404,
      expect.stringContaining(model),
    ]);
  });

  it('is fetched, verified, tried on its golden inputs, and then answers with variant and version', async () => {
    await fabric.publish('1.0.0', [
      { id: 'device-fp32', tier: 'device', scale: 2 },
      { id: 'edge-fp32', tier: 'edge', scale: 3 },
    ]);
    expect(await edge.poll()).toMatchObject([{ family, result: 'committed' }]);
    const answer = await infer({ id: 'r1', inputs: [x] });
    expect(await answer.json()).toMatchObject({
      model_name: model,
      model_version: '1.0.0',
      id: 'r1',
      parameters: {
        selvedge_variant: 'edge-fp32',
        selvedge_version: '1.0.0',
        selvedge_provenance: 'measured',
      },
      outputs: [{ name: 'y', datatype: 'FP32', shape: [1, 4], data: [3, 6, 9, 12] }],
    });
    expect((await fetch(`${edge.inferUrl}/readyz`)).status).toBe(200);
    expect(await fetchJson(`${edge.url}/api/v1/edge`, EdgeStatus)).toEqual({
      region: 'eu-1',
      inferUrl: edge.inferUrl,
      families: [{ family, version: '1.0.0', variant: 'edge-fp32' }],
    });
  });

  it('describes itself as the Open Inference Protocol has it', async () => {
    const ask = async (path: string) => (await fetch(edge.inferUrl + path)).json();
    expect(await ask('/v2')).toMatchObject({
      name: 'selvedge-edge',
      extensions: ['binary_tensor_data'],
    });
    expect(await ask(`/v2/models/${model}`)).toEqual({
      name: model,
      versions: ['1.0.0'],
      platform: 'onnx_onnxv1',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4] }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [1, 4] }],
    });
    expect((await fetch(`${edge.inferUrl}/v2/models/${model}/versions/1.0.0/ready`)).status).toBe(
      200,
    );
    expect((await fetch(`${edge.inferUrl}/v2/models/${model}/versions/9.0.0/ready`)).status).toBe(
      404,
    );
  });

  it('answers an engine of another process, in bytes', async () => {
    const remote = createRemoteEngine({ url: edge.inferUrl });
    const session = await remote.load({ model: new Uint8Array(), name: model });
    const { outputs } = await session.run(tinyInput([4, 3, 2, 1]));
    expect([...(outputs.y!.data as Float32Array)]).toEqual([12, 9, 6, 3]);
    await remote.close();
  });

  it.each([
    ['no JSON', '{"inputs"', 'not JSON'],
    ['no body', '', 'not JSON'],
    ['an input missing', { inputs: [] }, 'x'],
    ['another shape', { inputs: [{ ...x, shape: [1, 3], data: [1, 2, 3] }] }, 'x'],
    ['another type', { inputs: [{ ...x, datatype: 'INT32' }] }, 'x'],
    [
      'a deadline of nothing',
      { inputs: [x], parameters: { selvedge_deadline_ms: 0 } },
      'selvedge_deadline_ms',
    ],
    ['an output that is none', { inputs: [x], outputs: [{ name: 'z' }] }, 'z'],
  ])('refuses %s with 400, and that request only', async (_, body, part) => {
    const answer = await infer(body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      code: 'bad-input',
      error: expect.stringContaining(part),
    });
    expect(await outputOf(await infer({ inputs: [x] }))).toEqual([3, 6, 9, 12]);
  });

  it('keeps to the deadline in the header', async () => {
    const answer = await infer({ inputs: [x] }, { 'selvedge-deadline-ms': '0.001' });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
      504,
      'timeout',
    ]);
  });

  it('moves to a new release while requests run, and none fails', async () => {
    await fabric.publish('1.1.0', [{ id: 'edge-fp32', tier: 'edge', scale: 5 }]);
    let moving = true;
    const seen = new Set<number>();
    const asking = Promise.all(
      [1, 2, 3].map(async () => {
        while (moving) seen.add((await outputOf(await infer({ inputs: [x] })))[0]!);
      }),
    );
    await edge.poll();
    seen.add((await outputOf(await infer({ inputs: [x] })))[0]!);
    moving = false;
    await asking;
    expect([...seen].sort()).toEqual([3, 5]);
  });

  it('that fails its golden inputs is rolled back, and the one before answers on', async () => {
    await fabric.publish('1.2.0', [{ id: 'edge-fp32', tier: 'edge', scale: 7, goldenScale: 8 }]);
    expect(await edge.poll()).toMatchObject([
      { result: 'rolled-back', error: { code: 'golden-failed' } },
    ]);
    expect(await outputOf(await infer({ inputs: [x] }))).toEqual([5, 10, 15, 20]);
  });

  it('answers after a restart with the hub away', async () => {
    await edge.close();
    edge = await open({ upstream: 'http://127.0.0.1:9' });
    expect(await outputOf(await infer({ inputs: [x] }))).toEqual([5, 10, 15, 20]);
    await expect(edge.poll()).rejects.toMatchObject({ code: 'network' });
  });
});

describe('an edge with more to do than it can', () => {
  it('refuses at once what would wait too long, and says when to come again', async () => {
    await edge.close();
    edge = await open({ running: 1, waiting: 2 });
    const answers = await Promise.all(Array.from({ length: 60 }, () => infer({ inputs: [x] })));
    const statuses = answers.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    const refused = answers.find(({ status }) => status === 503)!;
    expect([
      refused.headers.get('retry-after'),
      ((await refused.json()) as { code: string }).code,
    ]).toEqual(['1', 'unavailable']);
    expect((await infer({ inputs: [x] })).status).toBe(200);
  });
});
