/**
 * What goes with a variant is right whatever the variant is: of every precision, compressed,
 * streamed with its weights beside it. And a streamed one arrives: published, installed, run.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAgent } from '@selvedge/agent';
import { startHub } from '@selvedge/hub';
import { makeTensor, type Tensor } from '@selvedge/infer/engine';
import { openTrust, verifyRelease } from '@selvedge/node/trust';
import { afterAll, describe, expect, it } from 'vitest';
import { createOrtEngine } from '../../packages/engines/src/ort-node/index.ts';
import { cycloneDx } from '../../packages/forge/src/bom/cyclonedx.fixture.ts';
import { writeDataset } from '../../packages/forge/src/dataset/index.ts';
import { type BuildReport, build } from '../../packages/forge/src/index.ts';
import { initKeys } from '../../packages/forge/src/keys/index.ts';
import { slsa } from '../../packages/forge/src/provenance/slsa.fixture.ts';
import { publish } from '../../packages/forge/src/publish/index.ts';
import { concat, graphBuilder, writeModel } from '../../packages/onnx/src/index.ts';
import { writeBigModel } from '../support/big-model.ts';

const root = mkdtempSync(join(tmpdir(), 'selvedge-attested-'));
const engine = createOrtEngine({ threads: 1 });
afterAll(async () => {
  await engine.close();
  rmSync(root, { recursive: true });
});

const latency = { minRuns: 1, maxRuns: 1, maxMs: 10 };
const wrongInBom = cycloneDx();
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const hexOf = (digest: string | null) => digest?.replace('sha256:', '');

let state = 1;
/** Uniform between -1 and 1, the same in every run. */
function noise(): number {
  state = Math.imul(state, 1_103_515_245) + 12_345;
  return state / 2 ** 31;
}
const random = (shape: readonly number[]): Tensor =>
  makeTensor(
    'float32',
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, noise),
  );

function network(): Uint8Array {
  const g = graphBuilder('network', { opset: 21 });
  const x = g.input('x', 'float32', ['n', 64]);
  const weights = (shape: number[]) =>
    Float32Array.from({ length: shape[0]! * shape[1]! }, () => noise() / 8);
  const layer = (from: string, name: string, shape: [number, number]) =>
    g.node('MatMul', [from, g.constant(name, shape, weights(shape))], {}, `${name}_product`);
  const a = g.node('Relu', [layer(x, 'u', [64, 256])]);
  const b = g.node('Relu', [layer(a, 'v', [256, 256])]);
  g.output(g.node('Identity', [layer(b, 'w', [256, 4])], {}, 'y'), 'float32', ['n', 4]);
  return concat(writeModel(g.build()));
}

/** Both documents of every variant that was made, against what others say they must be. */
function checkDocuments(out: string, report: BuildReport): void {
  for (const variant of report.variants) {
    const { id, file, digest, status, data = [], precision, compression } = variant;
    const at = (name: string) => join(out, 'variants', `${id}.${name}.json`);
    if (file === null) {
      expect(existsSync(at('cdx')), `${id} ${status}`).toBe(false);
      continue;
    }
    const bom = read(at('cdx'));
    expect(wrongInBom(bom), id).toEqual([]);
    expect(bom.metadata.component.hashes, id).toEqual([{ alg: 'SHA-256', content: hexOf(digest) }]);
    const provenance = read(at('provenance'));
    expect(slsa(provenance), id).toEqual([]);
    const subjects = provenance.subject.map((one: { digest: { sha256: string } }) => one.digest);
    expect(subjects, id).toEqual(
      [digest, ...data.map((one) => one.digest)].map((one) => ({ sha256: hexOf(one) })),
    );
    const { externalParameters, resolvedDependencies } = provenance.predicate.buildDefinition;
    expect(externalParameters, id).toMatchObject({
      precision,
      ...(compression && { compression: compression.method }),
    });
    expect(resolvedDependencies[0].digest.sha256, id).toBe(hexOf(report.model.digest));
  }
}

describe('provenance and bill of materials', () => {
  it('are valid for every precision, compressed or not', async () => {
    const dir = mkdtempSync(join(root, 'all-'));
    const file = join(dir, 'model.onnx');
    const [calibration, evaluation] = [join(dir, 'calibration'), join(dir, 'evaluation')];
    writeFileSync(file, network());
    await writeDataset(calibration, { inputs: { x: random([64, 64]) } });
    await writeDataset(evaluation, { inputs: { x: random([1000, 64]) } });
    const asked = { engine, latency, calibration, evaluation };
    // What a lax bar lets pass in 8 bits, a strict one has a mixture for.
    const lax = { precisions: ['all'], compression: ['cluster'], maxDrop: 0.05 } as const;
    const strict = { precisions: ['mixed'], maxDrop: 0.004 } as const;
    const made = new Set<string>();
    for (const bar of [lax, strict]) {
      const out = mkdtempSync(join(dir, 'out-'));
      const { report } = await build(file, { out, ...asked, ...bar });
      checkDocuments(out, report);
      for (const { file, precision, compression } of report.variants)
        if (file !== null) made.add(compression ? `${precision} ${compression.method}` : precision);
    }
    const wanted = ['fp32', 'fp16', 'int8', 'int8-dynamic', 'int4', 'mixed', 'fp32 cluster'];
    expect([...made]).toEqual(expect.arrayContaining(wanted));
  });
});

describe('a model with its weights beside it', () => {
  it('is published, installed, verified and run', async () => {
    const dir = mkdtempSync(join(root, 'streamed-'));
    const [file, out, keys] = [join(dir, 'model.onnx'), join(dir, 'out'), join(dir, 'keys')];
    const side = 1536;
    writeBigModel(file, { layers: 4, side });
    const precisions = ['fp32', 'fp16', 'int8-dynamic', 'int4'];
    const { report } = await build(file, { out, engine, latency, precisions });
    for (const { id, data = [] } of report.variants) expect(data, id).toHaveLength(1);
    checkDocuments(out, report);
    await initKeys(keys);
    const hub = await startHub({
      dataDir: join(dir, 'hub'),
      port: 0,
      dev: true,
      logLevel: 'silent',
    });
    try {
      const { family, variants } = await publish({ hub: hub.url, keys, buildDir: out });
      const trustRoot = join(keys, 'root.json');
      const trust = await openTrust({ dir: join(dir, 'trust'), origins: [hub.url], trustRoot });
      const verified = await verifyRelease(trust, hub.url, family);
      expect(verified.links.filter(({ ok }) => !ok)).toEqual([]);
      expect(verified.attestations.filter(({ state }) => state === 'holds')).toHaveLength(
        2 * variants.length,
      );
      const agent = await openAgent({
        ...{ hub: hub.url, dataDir: join(dir, 'agent'), trustRoot, pollSeconds: 0 },
      });
      try {
        await agent.poll();
        const [installed] = agent.state().installed;
        expect(installed).toMatchObject({ family, state: 'committed' });
        const x = random([1, side]);
        const { outputs } = await agent.infer(family, { x });
        const name = Object.keys(outputs)[0]!;
        const bytes = new Uint8Array(readFileSync(file));
        const session = await engine.load({ model: bytes, directory: dir });
        const expected = (await session.run({ x })).outputs[name]!.data as Float32Array;
        await session.close();
        expect(snr(outputs[name]!.data as Float32Array, expected)).toBeGreaterThan(10);
      } finally {
        await agent.close();
      }
    } finally {
      await hub.close();
    }
  });
});

/** Decibels. */
function snr(got: Float32Array, wanted: Float32Array): number {
  const power = wanted.reduce((sum, value) => sum + value ** 2, 0);
  const error = wanted.reduce((sum, value, at) => sum + (value - got[at]!) ** 2, 1e-30);
  return 10 * Math.log10(power / error);
}
