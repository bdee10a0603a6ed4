import { request } from 'node:http';
import { createRemoteEngine } from '@selvedge/engines/remote';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TinyFabric, tinyFabric } from '../../../tests/support/tiny-fabric.ts';
import { tinyInput } from '../../../tests/support/tiny-release.ts';
import { type RunningAgent, startAgent } from './daemon.ts';

let fabric: TinyFabric;
let running: RunningAgent;

beforeAll(async () => {
  fabric = await tinyFabric();
  await fabric.publish('1.0.0', [{ scale: 2 }]);
  running = await startAgent({
    hub: fabric.hub.url,
    dataDir: await fabric.agentDir(),
    port: 0,
    pollSeconds: 0,
    logLevel: 'silent',
  });
  await running.agent.poll();
});

afterAll(async () => {
  await running.close();
  await fabric.close();
});

const get = (path: string): Promise<Response> => fetch(`${running.url}${path}`);

const infer = (
  parameters: Record<string, unknown> = {},
  headers = {},
  more: Record<string, unknown> = {},
): Promise<Response> =>
  fetch(`${running.url}/v2/models/acme.digits/infer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({
      ...more,
      parameters,
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }],
    }),
  });

/** `fetch` does not let a Host header be chosen. */
const statusFor = (host: string, path = '/api/v1/decisions'): Promise<number> =>
  new Promise((resolve, reject) => {
    request(`${running.url}${path}`, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

describe('the device’s loopback port', () => {
  it('speaks the Open Inference Protocol, and says where the answer is from', async () => {
    const answer = await infer({
      selvedge_labels: 'personal, private',
      selvedge_deadline_ms: 5000,
    });
    const body = (await answer.json()) as { parameters: { selvedge_decision: string } };
    expect(body).toMatchObject({
      model_name: 'acme.digits',
      model_version: '1.0.0',
      parameters: { selvedge_tier: 'device', selvedge_variant: 'device-fp32' },
      outputs: [{ name: 'y', datatype: 'FP32', data: [2, 4, 6, 8] }],
    });
    const { selvedge_decision: id } = body.parameters;
    const trace = await (await get(`/api/v1/decisions/${id}`)).json();
    expect(trace).toMatchObject({
      tier: 'device',
      request: { labels: ['personal', 'private'], deadlineMs: 5000 },
    });
  });

  it('serves a client of the protocol that knows nothing of Selvedge', async () => {
    const session = await createRemoteEngine({ url: running.url }).open('acme.digits');
    expect(session.inputs).toEqual([{ name: 'x', type: 'float32', shape: [1, 4] }]);
    const { outputs } = await session.run(tinyInput());
    expect([...(outputs.y!.data as Float32Array)]).toEqual([2, 4, 6, 8]);
  });

  it.each([
    [{ selvedge_deadline_ms: 'soon' }, /selvedge_deadline_ms/],
    [{ selvedge_min_quality: -1 }, /selvedge_min_quality/],
    [{ selvedge_labels: 3 }, /selvedge_labels/],
  ])('refuses %j and names the parameter', async (parameters, message) => {
    const answer = await infer(parameters);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { error: string }).error).toMatch(message);
  });

  it.each([
    [{ selvedge_label: 'private' }, 'did you mean "selvedge_labels"?'],
    [{ Selvedge_Labels: 'private' }, 'did you mean "selvedge_labels"?'],
    [{ selvege_labels: 'private' }, 'did you mean "selvedge_labels"?'],
    [{ selvedge_max_costs: 1 }, 'did you mean "selvedge_max_cost"?'],
    [{ selvedge_privacy_class: 'private' }, 'one of selvedge_labels, selvedge_deadline_ms'],
  ])(
    'refuses %j, and runs nothing: a label that is misspelt must not be lost',
    async (parameters, hint) => {
      const decided = running.agent.decisions.list().length;
      const answer = await infer(parameters);
      expect(answer.status).toBe(400);
      const { error } = (await answer.json()) as { error: string };
      expect(error).toContain(`no parameter ${Object.keys(parameters)[0]}`);
      expect(error).toContain(hint);
      expect(running.agent.decisions.list().length).toBe(decided);
    },
  );

  it('refuses a parameter of its own that is not among the parameters', async () => {
    const answer = await infer({}, {}, { selvedge_labels: 'private' });
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { error: string }).error).toContain('selvedge_labels');
  });

  it('takes the parameters of others, which mean nothing here', async () => {
    expect((await infer({ priority: 1, labels: 'x' })).status).toBe(200);
  });

  it('answers a request for more quality than there is with the rule that ruled it out', async () => {
    const answer = await infer({ selvedge_min_quality: 0.99 });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      code: 'no-route',
      details: { rejected: [{ candidate: 'device/device-fp32', rule: 'min-quality' }] },
    });
  });

  it('says 404 for a model it does not have', async () => {
    expect((await get('/v2/models/acme.letters')).status).toBe(404);
    expect((await get('/api/v1/decisions/none')).status).toBe(404);
  });

  it.each(['127.0.0.1:1', 'localhost', '[::1]:7420'])('lets the host %s in', async (host) => {
    expect(await statusFor(host)).toBe(200);
  });

  it.each(['evil.example', '127.0.0.1.evil.example', '10.0.0.1:7420', 'localhost.evil.example:80'])(
    'keeps out the host %s, whatever it resolves to',
    async (host) => {
      for (const path of ['/', '/api/v1/state', '/v2', '/healthz', '/metrics', '/nothing']) {
        expect(await statusFor(host, path)).toBe(403);
      }
    },
  );

  it('keeps out pages of other sites, and bodies they could send unasked', async () => {
    expect((await infer({}, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await infer({}, { 'content-type': 'text/plain' })).status).toBe(415);
  });

  it('shows a person the same, without running anything that came from elsewhere', async () => {
    await infer({ selvedge_labels: '<script>alert(1)</script>' });
    const page = await get('/');
    const html = await page.text();
    expect(html).toContain('One model answers on this device');
    expect(html).not.toContain('<script>alert');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('has health, readiness and metrics', async () => {
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
    expect(await (await get('/metrics')).text()).toContain('http_server_request_duration_seconds');
  });

  it('refuses a port that somebody has, and lets its directory go', async () => {
    const dataDir = await fabric.agentDir();
    const options = { hub: fabric.hub.url, dataDir, pollSeconds: 0, logLevel: 'silent' } as const;
    const port = Number(new URL(running.url).port);
    await expect(startAgent({ ...options, port })).rejects.toMatchObject({ code: 'port-in-use' });
    const other = await startAgent({ ...options, port: 0 });
    await other.close();
  });
});
