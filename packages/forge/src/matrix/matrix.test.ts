import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concat, graphBuilder, writeModel } from '@selvedge/onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildProgress } from '../build/index.ts';
import { type Matrix, makeMatrix } from './index.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'selvedge-matrix-'));
  await writeFile(join(dir, 'network.onnx'), network());
});
afterAll(() => rm(dir, { recursive: true }));

/** A convolution, an operator that Core ML lacks, and a pooling. */
function network(): Uint8Array {
  const g = graphBuilder('network', { opset: 18 });
  const x = g.input('x', 'float32', [1, 3, 16, 16]);
  const w = g.constant('w', [8, 3, 3, 3], new Float32Array(216).fill(0.1));
  const a = g.node('Mish', [g.node('Conv', [x, w], { kernel_shape: [3, 3] })]);
  g.output(g.node('GlobalAveragePool', [a], {}, 'y'), 'float32', [1, 8, 1, 1]);
  return concat(writeModel(g.build()));
}

async function blueprint(tier: object): Promise<string> {
  const folder = await mkdtemp(join(dir, 'b-'));
  const document = {
    apiVersion: 'selvedge.dev/v1',
    kind: 'Blueprint',
    family: 'acme/network',
    version: '1.0.0',
    licence: 'Apache-2.0',
    tiers: { device: { source: '../network.onnx', precisions: ['fp32', 'fp16'], ...tier } },
  };
  await writeFile(join(folder, 'selvedge.json'), JSON.stringify(document));
  return join(folder, 'selvedge.json');
}

const judge = async (tier: object, targets?: string[]): Promise<Matrix> => {
  const out = await mkdtemp(join(dir, 'out-'));
  return makeMatrix(await blueprint(tier), {
    out,
    targets,
    latency: { minRuns: 1, maxRuns: 2, maxMs: 20 },
  });
};

interface SarifLog {
  runs: [{ results: SarifResult[] }];
}
interface SarifResult {
  level: string;
  properties: { tier: string; target: string | null };
  locations: [{ physicalLocation: { region: { startLine: number } } }];
}

/** Operators that some targets lack, one after the other. */
function long(nodes: number): Uint8Array {
  const g = graphBuilder('long', { opset: 18 });
  let x = g.input('x', 'float32', [1, 8]);
  for (let at = 0; at < nodes; at++) x = g.node(at % 2 ? 'Mish' : 'Relu', [x]);
  g.output(x, 'float32', [1, 8]);
  return concat(writeModel(g.build()));
}

describe('a matrix of a model', () => {
  it('of a large graph tells how far it is, and is stopped between two targets', async () => {
    const [file, out] = [join(dir, 'long.onnx'), join(dir, 'stopped')];
    await writeFile(file, long(2_000));
    const stop = new AbortController();
    const told: string[] = [];
    const onProgress = (event: BuildProgress) => {
      if (!('total' in event)) return;
      told.push(`${event.stage} ${event.what} ${event.done} of ${event.total}`);
      // As a signal of the system does: it is heard when the loop is free.
      if (event.done === 2) setTimeout(() => stop.abort());
    };
    const made = makeMatrix(file, { out, onProgress, signal: stop.signal });
    await expect(made).rejects.toMatchObject({ code: 'cancelled' });
    expect(told[0]).toBe('judge as-it-came 1 of 20');
    expect(told.length).toBeLessThan(6);
    expect(existsSync(out)).toBe(false);
  });

  it('has a cell for each target, with what falls back and why, and requires nothing', async () => {
    const out = join(dir, 'model');
    const matrix = await makeMatrix(join(dir, 'network.onnx'), { out });
    expect(matrix.cells).toHaveLength(20);
    expect(matrix).toMatchObject({ ok: true, requirements: [] });
    const cell = matrix.cells.find(({ target }) => target === 'apple-m4');
    expect(cell).toMatchObject({ verdict: 'partial', partitions: 2, required: false });
    expect(cell?.findings).toContainEqual(
      expect.objectContaining({ rule: 'fallback', hint: expect.stringContaining('Softplus') }),
    );
    expect(JSON.parse(await readFile(join(out, 'matrix.json'), 'utf8'))).toEqual(matrix);
  });

  it('fails where no processor of the target computes in the precision', async () => {
    const { ok, cells } = await judge({}, ['ethos-u55']);
    expect(ok).toBe(true);
    for (const { status, estimate, findings } of cells) {
      expect({ status, estimate }).toEqual({ status: 'fail', estimate: null });
      expect(findings).toContainEqual(
        expect.objectContaining({ rule: 'cannot-run', hint: 'build int8' }),
      );
    }
  });

  it('carries an interval with every estimate, and says which unit it is of', async () => {
    const matrix = await makeMatrix(join(dir, 'network.onnx'), { out: join(dir, 'again') });
    const estimates = matrix.cells.flatMap(({ estimate }) => estimate ?? []);
    expect(estimates.length).toBeGreaterThan(15);
    for (const { p50Ms, lowMs, highMs } of estimates) {
      expect(lowMs).toBeLessThan(p50Ms);
      expect(highMs).toBeGreaterThan(p50Ms);
    }
  });

  it('estimates the unit that its words say runs the model', async () => {
    const { cells, targets } = await judge({ targets: ['cpu-x64'] }, ['all']);
    for (const { target, verdict, inPrecision, estimate } of cells) {
      const unit = targets.find(({ id }) => id === target)?.unit;
      if (verdict === 'none') expect(estimate?.unit ?? 'cpu').toMatch(/^cpu/);
      else if (inPrecision && verdict !== 'unknown') expect(estimate?.unit).toBe(unit);
    }
    expect(new Set(cells.map(({ verdict }) => verdict))).toContain('none');
  });

  it('is the same when it is made again', async () => {
    const read = () => readFile(join(dir, 'model', 'matrix.html'), 'utf8');
    const before = await read();
    await makeMatrix(join(dir, 'network.onnx'), { out: join(dir, 'model') });
    expect(await read()).toBe(before);
  });

  it('names the target that was meant', async () => {
    await expect(
      makeMatrix(join(dir, 'network.onnx'), { out: dir, targets: ['apple-m5'] }),
    ).rejects.toMatchObject({ code: 'not-found', hint: expect.stringContaining('apple-m4') });
  });
});

describe('a matrix of a blueprint', () => {
  it('judges its targets, and is fine where one variant holds everything on each', async () => {
    const matrix = await judge({ targets: ['cpu-x64', 'apple-m4'] });
    expect(matrix.targets.map(({ id }) => id)).toEqual(['cpu-x64', 'apple-m4']);
    expect(matrix.cells).toHaveLength(4);
    expect(matrix.cells.every(({ required }) => required)).toBe(true);
    expect(matrix).toMatchObject({ ok: true });
  });

  it.each([
    [
      'fallback',
      { targets: ['coral-edgetpu'], budget: { maxFallback: 0.5 } },
      'at most 50.00% may',
    ],
    ['size', { targets: ['cpu-x64'], budget: { maxBytes: 10 } }, 'the budget has 10 B'],
    ['memory', { targets: ['cpu-x64'], budget: { maxMemoryBytes: 10 } }, 'the budget has 10 B'],
    ['latency', { targets: ['cpu-x64'], budget: { maxLatencyMs: 1e-6 } }, 'at most'],
    ['quality', { targets: ['cpu-x64'], quality: { min: 0.9 } }, 'the stated bar cannot be proven'],
    ['quality', { quality: { min: 0.9 } }, 'the stated bar cannot be proven'],
  ])('says no where a required target misses its %s', async (rule, tier, message) => {
    const matrix = await judge(tier);
    expect(matrix.ok).toBe(false);
    expect(matrix.requirements).toEqual([
      expect.objectContaining({
        ok: false,
        variant: null,
        reason: expect.stringContaining(message),
      }),
    ]);
    const rules = matrix.cells.flatMap(({ findings }) => findings.map((one) => one.rule));
    expect(rules).toContain(rule);
  });

  it('says what is broken first, and names as nearest a variant that was made', async () => {
    const matrix = await judge({
      precisions: ['fp32', 'int8'],
      targets: ['cpu-x64'],
      budget: { maxBytes: 10, maxMemoryBytes: 10 },
      quality: { min: 0.9 },
    });
    expect(matrix.cells[0]?.findings.map(({ effect }) => effect)).toEqual([
      'fails',
      'fails',
      'unproven',
    ]);
    expect(matrix.cells[1]?.status).toBe('skipped');
    expect(matrix.requirements[0]?.reason).toMatch(/^device-fp32: needs .* of memory/s);
  });

  it('cannot prove a bar on what falls back where no list is published', async () => {
    const matrix = await judge({ targets: ['hailo-8'], budget: { maxFallback: 0 } });
    expect(matrix.ok).toBe(false);
    expect(matrix.cells[0]).toMatchObject({ status: 'unproven', verdict: 'unknown' });
  });

  it('does not fail for targets that nobody requires', async () => {
    const matrix = await judge({ targets: ['cpu-x64'], budget: { maxFallback: 0 } }, ['hailo-8']);
    expect(matrix.targets.map(({ id }) => id)).toEqual(['cpu-x64', 'hailo-8']);
    expect(matrix.ok).toBe(true);
  });

  it('shows a variant that was not built, with the reason', async () => {
    const matrix = await judge({ precisions: ['fp32', 'int8'], targets: ['cpu-x64'] });
    expect(matrix.cells[1]).toMatchObject({ status: 'skipped', findings: [{ rule: 'not-built' }] });
    expect(matrix.ok).toBe(true);
  });

  it('holds a variant that is too slow on one target against that target alone', async () => {
    const matrix = await judge({
      precisions: ['fp32'],
      targets: ['cpu-x64', 'midrange-2021'],
      budget: { maxLatencyMs: 0.05 },
    });
    const ok = matrix.requirements.map((one) => one.ok);
    const times = matrix.cells.map(({ estimate }) => estimate!.p50Ms <= 0.05);
    expect(ok).toEqual(times);
    expect(new Set(ok).size).toBe(2);
  });

  it('puts each alert at the line that names the target, and what no target misses at its tier', async () => {
    const text = `apiVersion: selvedge.dev/v1
kind: Blueprint
family: acme/network
version: 1.0.0
licence: Apache-2.0
# targets: cpu-x64
tiers:
  edge:
    source: network.onnx
    precisions: [fp32]
    quality: { min: 0.9 }
  device:
    source: network.onnx
    precisions: [fp32]
    targets:
      - coral-edgetpu
      # the same, on a processor
      - cpu-x64
    budget: { maxBytes: 10 }
`;
    const file = join(dir, 'lines.yaml');
    await writeFile(file, text);
    const out = join(dir, 'lines');
    await makeMatrix(file, { out, latency: { minRuns: 1, maxRuns: 2, maxMs: 20 } });
    const log = JSON.parse(await readFile(join(out, 'matrix.sarif'), 'utf8')) as SarifLog;
    const alerts = log.runs[0].results.map(({ level, properties, locations }) => {
      const { startLine } = locations[0].physicalLocation.region;
      return `${level}: ${properties.target ?? properties.tier}: ${text.split('\n')[startLine - 1]?.trim()}`;
    });
    expect(new Set(alerts)).toEqual(
      new Set([
        'error: coral-edgetpu: - coral-edgetpu',
        'error: cpu-x64: - cpu-x64',
        'error: edge: edge:',
      ]),
    );
  });

  it.each(['matrix.md', 'matrix.json'])("is not written over somebody's own %s", async (name) => {
    const out = await mkdtemp(join(dir, 'somebodys-'));
    await writeFile(join(out, name), '{"mine": true}');
    for (const input of [join(dir, 'network.onnx'), await blueprint({})])
      await expect(makeMatrix(input, { out })).rejects.toMatchObject({
        code: 'bad-input',
        message: `${out} holds ${name}, which no matrix made and this one would replace`,
        hint: expect.stringContaining('--out'),
      });
    expect(await readFile(join(out, name), 'utf8')).toBe('{"mine": true}');
    expect(await readdir(out)).toEqual([name]);
  });
});
