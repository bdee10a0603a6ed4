/**
 * Promise 6, as far as the spine sends anything: no raw input, output or embedding leaves a device
 * through telemetry. Everything an agent sends passes a recording proxy here.
 */
import { type Agent, openAgent } from '@selvedge/agent';
import { type Edge, startEdge } from '@selvedge/edge';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import type { Engine } from '@selvedge/infer/engine';
import { makeTensor } from '@selvedge/infer/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RecordedRequest, type TamperProxy, tamperProxy } from '../support/tamper-proxy.ts';
import { family, type TinyFabric, tinyFabric } from '../support/tiny-fabric.ts';

/** Values that nothing else in the fabric would send by chance. */
const marks = [1234.567, -7654.321, 271_828.19, 0.004_269_13];
const input = { x: makeTensor('float32', [1, 4], Float32Array.from(marks)) };
/** The model doubles: its outputs are marks, too. */
const marked = [...marks, ...marks.map((mark) => mark * 2)];

let fabric: TinyFabric;
let toHub: TamperProxy;
let toEdge: TamperProxy;
let edge: Edge;
let agent: Agent;
/** The device's engine, as long as `broken` says so, fails and quotes what it was given. */
let broken = false;
const inner = createOrtEngine({ threads: 1 });

const quoting: Engine = {
  name: inner.name,
  version: inner.version,
  close: () => inner.close(),
  async load(model) {
    const session = await inner.load(model);
    return {
      inputs: session.inputs,
      outputs: session.outputs,
      close: () => session.close(),
      async run(inputs, options) {
        if (broken)
          throw new Error(`cannot compute ${(inputs.x!.data as Float32Array).join(', ')}`);
        return session.run(inputs, options);
      },
    };
  },
};

beforeAll(async () => {
  fabric = await tinyFabric();
  await fabric.publish('1.0.0', [
    { id: 'device-fp32', scale: 2, quality: 0.8 },
    { id: 'edge-fp32', tier: 'edge', scale: 2, quality: 0.95, padding: 100 },
  ]);
  toHub = await tamperProxy(fabric.hub.url);
  edge = await startEdge({
    upstream: toHub.url,
    dataDir: `${fabric.dir}/edge`,
    port: 0,
    inferPort: 0,
    pollSeconds: 0,
    logLevel: 'silent',
  });
  await edge.poll();
  toEdge = await tamperProxy(edge.url);
  agent = await openAgent({
    hub: toHub.url,
    edge: toEdge.url,
    dataDir: await fabric.agentDir(),
    engine: quoting,
    pollSeconds: 0,
  });
  await agent.poll();
  for (const labels of [['private'], ['personal'], ['public'], []]) {
    await agent.infer(family, input, { labels });
  }
  broken = true;
  await agent.infer(family, input, { labels: ['private'] }).catch(() => {});
  await fabric.publish('1.1.0', [{ id: 'device-fp32', scale: 2, goldenScale: 3 }]);
  await agent.poll();
});

afterAll(async () => {
  await agent.close();
  await inner.close();
  await edge.close();
  await toEdge.close();
  await toHub.close();
  await fabric.close();
});

const everything = (): RecordedRequest[] => [...toHub.requests, ...toEdge.requests];

describe('what an agent sends', () => {
  it('is the documents of the house and nothing else', () => {
    const sent = everything().filter(({ method }) => method !== 'GET' && method !== 'HEAD');
    const kinds = sent.map(({ method, path, body }) => {
      const json = JSON.parse(body.toString());
      return `${method} ${path.replace(/d-[0-9a-f]{32}/, 'ID')} ${(json.signed ?? json).kind}`;
    });
    expect(new Set(kinds)).toEqual(
      new Set([
        'POST /api/v1/devices Enrolment',
        'PUT /api/v1/devices/ID/state StateReport',
        'POST /api/v1/counts DecisionCounts',
      ]),
    );
  });

  it('asks for documents and bytes only, with nothing of its own in the question', () => {
    const asked = everything().filter(({ method }) => method === 'GET' || method === 'HEAD');
    for (const { path, body } of asked) {
      expect(path).toMatch(
        /^\/(trust\/[\w./-]+|v2\/acme\/digits\/(blobs|manifests)\/sha256:[0-9a-f]{64}|api\/v1\/(trust|edge))$/,
      );
      expect(body).toHaveLength(0);
    }
  });

  it('holds none of the inputs and outputs, in no form that a value could have', () => {
    expect(everything().length).toBeGreaterThan(8);
    for (const { method, path, headers, body } of everything()) {
      const text = `${method} ${path} ${JSON.stringify(headers)} ${body.toString('latin1')}`;
      const found = formsOf(marked).filter((form) => text.includes(form));
      expect(found).toEqual([]);
    }
  });

  it('names the device only where its owner manages it: counts carry no name', () => {
    const counts = everything().filter(({ path }) => path === '/api/v1/counts');
    expect(counts.length).toBeGreaterThan(0);
    for (const { body, headers } of counts) {
      expect(`${body} ${JSON.stringify(headers)}`).not.toContain(agent.device.slice(2));
    }
  });

  it('keeps no value in the traces either, though the engine’s complaint quoted them', () => {
    const traces = JSON.stringify(agent.decisions.list());
    expect(agent.decisions.list().some(({ error }) => error === 'privacy')).toBe(true);
    expect(formsOf(marked).filter((form) => traces.includes(form))).toEqual([]);
  });
});

/** Decimal as JavaScript writes both widths, and the bytes: raw, in hex and in base64. */
function formsOf(values: readonly number[]): string[] {
  const single = (value: number) => Buffer.from(Float32Array.of(value).buffer);
  const whole = Buffer.from(Float32Array.from(values.slice(0, 4)).buffer);
  return [
    ...values.map((value) => String(value).slice(0, 7)),
    ...values.map((value) => String(Math.fround(value)).slice(0, 7)),
    ...values.map((value) => single(value).toString('hex')),
    ...values.map((value) => single(value).toString('latin1')),
    whole.toString('base64').slice(0, 16),
  ];
}
