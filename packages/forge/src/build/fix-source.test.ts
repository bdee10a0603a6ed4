import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  concat,
  graphBuilder,
  makeNode,
  makeValueInfo,
  readModel,
  writeModel,
} from '@selvedge/onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBigModel } from '../../../../tests/support/big-model.ts';
import { fixLines } from '../report/index.ts';
import { build } from './build.ts';

let directory = '';
let file = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'selvedge-fix-'));
  file = join(directory, 'mish.onnx');
  const g = graphBuilder('mish', { opset: 18 });
  const x = g.input('x', 'float32', ['batch', 8]);
  const w = g.constant(
    'w',
    [8, 8],
    Float32Array.from({ length: 64 }, (_, at) => Math.sin(at)),
  );
  g.output(g.node('Mish', [g.node('MatMul', [x, w])], {}, 'y'), 'float32', ['batch', 8]);
  await writeFile(file, concat(writeModel(g.build())));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const made = (out: string, options: Partial<Parameters<typeof build>[1]>) =>
  build(file, { out: join(directory, out), precisions: ['fp32'], ...options });

describe('a build with --fix', () => {
  it('is of a model that more of its targets runs, and says what changed', async () => {
    const targets = ['apple-m4', 'snapdragon-8-gen3'];
    const { report } = await made('fixed', { targets, fix: true });
    expect(report.model.fixed).toEqual({
      changed: [
        { node: 'x', op: 'input' },
        { node: 'Mish_1', op: 'Mish' },
      ],
      warnings: [expect.stringContaining('one sample at a time')],
    });
    expect(fixLines(report.model)[0]).toContain('changed for its targets: input, Mish');
    const [variant] = report.variants;
    expect(variant!.fallbacks![0]).toMatchObject({ target: 'apple-m4', verdict: 'full' });
    const bytes = new Uint8Array(await readFile(join(directory, 'fixed', variant!.file!)));
    const ops = readModel(bytes, { name: 'fixed' }).graph.node.map(({ opType }) => opType);
    expect(ops).not.toContain('Mish');
  });

  it('is of a model with weights beside it, which stay as they are and are not read', async () => {
    const big = join(directory, 'big.onnx');
    writeBigModel(big, { layers: 3, side: 1792 });
    const read = readModel(new Uint8Array(await readFile(big)), { name: 'big' });
    const { node, output } = read.graph;
    const mish = makeNode('Mish', [output[0]!.name!], ['mish'], {}, { name: 'mish' });
    const y = makeValueInfo('mish', 'float32', [1, 1792]);
    const graph = { ...read.graph, node: [...node, mish], output: [y] };
    const opsetImport = [{ ...read.opsetImport[0]!, version: 18n }];
    await writeFile(big, concat(writeModel({ ...read, graph, opsetImport } as typeof read)));
    const said: string[] = [];
    const { report } = await build(big, {
      out: join(directory, 'big'),
      precisions: ['fp32', 'fp16'],
      targets: ['apple-m4'],
      fix: true,
      onProgress: (event) => event.stage === 'warning' && said.push(event.message),
    });
    expect(report.model.fixed).toMatchObject({ changed: [{ op: 'Mish' }], warnings: [] });
    expect(said).toEqual(report.model.fixed?.warnings);
    const [fp32, fp16] = report.variants;
    expect(fp16?.status).not.toBe('skipped');
    expect(fp32?.data?.[0]?.digest).toBe(report.model.data?.[0]?.digest);
    const bytes = new Uint8Array(await readFile(join(directory, 'big', fp32!.file!)));
    expect(bytes.length).toBeLessThan(100_000);
    const ops = readModel(bytes, { name: 'fixed' }).graph.node.map(({ opType }) => opType);
    expect(ops).not.toContain('Mish');
  });

  it('leaves the model as it is where its targets run all of it', async () => {
    const { report } = await made('whole', { targets: ['cpu-x64'], fix: true });
    expect(report.model.fixed).toEqual({ changed: [], warnings: [] });
  });

  it('asks for a target', async () => {
    await expect(made('aimless', { fix: true })).rejects.toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('--target'),
    });
  });
});
