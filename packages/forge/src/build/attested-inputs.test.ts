import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeTensor } from '@selvedge/infer/engine';
import { concat, graphBuilder, make, readModel, writeModel } from '@selvedge/onnx';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { cycloneDx } from '../bom/cyclonedx.fixture.ts';
import { writeDataset } from '../dataset/index.ts';
import { slsa } from '../provenance/slsa.fixture.ts';
import { type BuildOptions, build } from './build.ts';
import { digestOf } from './source-model.ts';

const root = mkdtempSync(join(tmpdir(), 'selvedge-inputs-'));
afterAll(() => rmSync(root, { recursive: true }));
let here = '';
beforeEach(() => {
  here = mkdtempSync(join(root, 'case-'));
});

/** A product by 8 × 8 weights, which stand in `m.data` beside it. */
function writeExternal(directory: string, weight: number): { file: string; data: Uint8Array } {
  mkdirSync(directory, { recursive: true });
  const g = graphBuilder('m', { opset: 18 });
  const x = g.input('x', 'float32', ['n', 8]);
  const weights = new Float32Array(64).fill(weight);
  g.output(g.node('MatMul', [x, g.constant('w', [8, 8], weights)], {}, 'y'), 'float32', ['n', 8]);
  const model = readModel(concat(writeModel(g.build())), { name: 'm' });
  const [tensor] = model.graph.initializer;
  const entry = (key: string, value: string) => make('StringStringEntryProto', { key, value });
  const initializer = [
    make('TensorProto', {
      name: tensor!.name!,
      dims: tensor!.dims,
      dataType: tensor!.dataType!,
      dataLocation: 1,
      externalData: [entry('location', 'm.data'), entry('length', '256')],
    }),
  ];
  const file = join(directory, 'm.onnx');
  const graph = { ...model.graph, initializer };
  writeFileSync(file, concat(writeModel({ ...model, graph })));
  const data = new Uint8Array(weights.buffer);
  writeFileSync(join(directory, 'm.data'), data);
  return { file, data };
}

const latency = { minRuns: 1, maxRuns: 1, maxMs: 10 };
async function made(input: string, out: string, more: Partial<BuildOptions> = {}) {
  const { report } = await build(input, {
    out: join(here, out),
    precisions: ['fp32'],
    latency,
    ...more,
  });
  const [bom, provenance] = ['cdx', 'provenance'].map((kind) =>
    readFileSync(join(here, out, `variants/device-fp32.${kind}.json`), 'utf8'),
  ) as [string, string];
  return { report, bom, provenance };
}

const dependenciesOf = (provenance: string) =>
  JSON.parse(provenance).predicate.buildDefinition.resolvedDependencies as {
    name: string;
    digest: { sha256: string };
  }[];
const hexOf = (bytes: Uint8Array | string) => digestOf(bytes).slice('sha256:'.length);

describe('what a build says it was made from', () => {
  it('names the weights beside the model, each by its own digest', async () => {
    const one = writeExternal(join(here, 'one'), 1);
    const two = writeExternal(join(here, 'two'), 2);
    const [first, second] = [await made(one.file, 'a'), await made(two.file, 'b')];
    expect(first.report.model.digest).toBe(second.report.model.digest);
    expect(first.report.model).toMatchObject({
      digest: digestOf(readFileSync(one.file)),
      data: [{ location: 'm.data', digest: digestOf(one.data), bytes: 256 }],
    });
    expect(dependenciesOf(first.provenance)).toMatchObject([
      { name: 'm.onnx' },
      { name: 'm.data', digest: { sha256: hexOf(one.data) } },
    ]);
    expect(dependenciesOf(second.provenance)[1]?.digest.sha256).toBe(hexOf(two.data));
    const [source] = JSON.parse(first.bom).metadata.component.pedigree.ancestors;
    expect(source.components).toMatchObject([
      { name: 'm.data', hashes: [{ alg: 'SHA-256', content: hexOf(one.data) }] },
    ]);
    expect(cycloneDx()(JSON.parse(first.bom))).toEqual([]);
  });

  it('has the same bytes for the same input, whenever it is built', async () => {
    const { file } = writeExternal(here, 1);
    const first = await made(file, 'a', { now: () => new Date('2026-11-20T12:00:00Z') });
    const second = await made(file, 'b', { now: () => new Date('2026-11-21T12:00:00Z') });
    expect(second.bom).toBe(first.bom);
    expect(second.provenance).toBe(first.provenance);
    expect(second.report.createdAt).toBe('2026-11-21T12:00:00Z');
  });

  it('carries the time that the builder states', async () => {
    const { file } = writeExternal(here, 1);
    const sourceDate = new Date('2026-01-02T03:04:05Z');
    const { report, bom, provenance } = await made(file, 'a', { sourceDate });
    expect(report.createdAt).toBe('2026-01-02T03:04:05Z');
    expect(JSON.parse(bom).metadata.timestamp).toBe('2026-01-02T03:04:05Z');
    expect(JSON.parse(provenance).predicate.runDetails.metadata).toEqual({
      finishedOn: '2026-01-02T03:04:05Z',
    });
  });

  it('names what was asked for, the author’s metric and the policy', async () => {
    writeExternal(here, 1);
    const x = makeTensor('float32', [2, 8], new Float32Array(16).fill(0.5));
    await writeDataset(join(here, 'set'), { inputs: { x } });
    const metric = 'export default () => 1;\n';
    const policy = 'rules: []\n';
    writeFileSync(join(here, 'metric.mjs'), metric);
    writeFileSync(join(here, 'policy.yaml'), policy);
    writeFileSync(
      join(here, 'blueprint.yaml'),
      `apiVersion: selvedge.dev/v1
kind: Blueprint
family: acme/m
licence: MIT
version: 1.0.0
tiers:
  device:
    source: m.onnx
    precisions: [fp32, fp16]
    budget: { maxBytes: 100000, maxMemoryBytes: 1000000 }
evaluation: { dataset: set, metric: metric.mjs }
policy: policy.yaml
`,
    );
    const { provenance } = await made(join(here, 'blueprint.yaml'), 'a', { precisions: undefined });
    const { externalParameters } = JSON.parse(provenance).predicate.buildDefinition;
    expect(externalParameters.asked).toEqual({
      precisions: ['fp32', 'fp16'],
      budget: { maxBytes: 100000, maxMemoryBytes: 1000000 },
    });
    const named = new Map(dependenciesOf(provenance).map((one) => [one.name, one.digest.sha256]));
    expect(named.get('metric.mjs')).toBe(hexOf(metric));
    expect(named.get('policy.yaml')).toBe(hexOf(policy));
    expect(slsa(JSON.parse(provenance))).toEqual([]);
  });
});
