/** `selvedge run` of model files, and `selvedge emulate`: real ONNX Runtime, real files. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpy, writeDataset, writeNpz } from '@selvedge/forge/dataset';
import { makeTensor } from '@selvedge/infer/engine';
import { concat, graphBuilder, type Model, writeModel } from '@selvedge/onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliHere } from '../support/cli-here.ts';

let dir: string;
const at = (name: string) => join(dir, name);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'selvedge-run-'));
  await writeFile(at('double.onnx'), bytesOf(doubleModel()));
  await writeFile(at('sum.onnx'), bytesOf(sumModel()));
  await writeFile(at('large.onnx'), bytesOf(largeModel()));
  const x = floats([3, 2], 1, 2, 3, 4, 5, 6);
  await writeDataset(at('three'), { inputs: { x } });
  await writeFile(at('three.npz'), writeNpz({ x }));
  await writeDataset(at('wrong'), { inputs: { x: floats([3, 5], ...Array(15).fill(0)) } });
  await writeDataset(at('stream'), {
    inputs: { x },
    sequence: { feeds: { total: 'before' }, initial: { before: 10 } },
  });
});

afterAll(() => rm(dir, { recursive: true }));

const floats = (shape: number[], ...values: number[]) =>
  makeTensor('float32', shape, Float32Array.from(values));
const bytesOf = (model: Model) => concat(writeModel(model));

/** `y = 2x` over [batch, 2]. */
function doubleModel(): Model {
  const graph = graphBuilder('double', { opset: 17 });
  const x = graph.input('x', 'float32', ['batch', 2]);
  const two = graph.constant('two', [], new Float32Array([2]));
  graph.output(graph.node('Mul', [x, two], {}, 'y'), 'float32', ['batch', 2]);
  return graph.build();
}

/** `total = before + x`, which a sequence feeds back. */
function sumModel(): Model {
  const graph = graphBuilder('sum', { opset: 17 });
  const before = graph.input('before', 'float32', [1, 2]);
  const x = graph.input('x', 'float32', [1, 2]);
  graph.output(graph.node('Add', [before, x], {}, 'total'), 'float32', [1, 2]);
  return graph.build();
}

/** Needs 4 GB for its one intermediate value. */
function largeModel(): Model {
  const graph = graphBuilder('large', { opset: 17 });
  const x = graph.input('x', 'float32', [1]);
  const size = graph.constant('size', [1], new BigInt64Array([1_000_000_000n]));
  const wide = graph.node('Expand', [x, size]);
  graph.output(graph.node('ReduceSum', [wide], {}, 'y'), 'float32', [1]);
  return graph.build();
}

const run = (...args: string[]) => cliHere(['run', ...args, '--json']);

describe('selvedge run MODEL', () => {
  it.each(['three', 'three.npz'])('answers every sample of %s', async (input) => {
    const { code, json } = await run(at('double.onnx'), '--input', at(input));
    expect(code).toBe(0);
    expect(json).toMatchObject({
      outputs: { y: { shape: [3, 2], type: 'float32', data: [2, 4, 6, 8, 10, 12] } },
      samples: 3,
      decision: {
        tier: 'device',
        variant: 'double',
        engine: 'onnxruntime',
        target: null,
        attempts: [{ candidate: 'device/double', outcome: 'answered', ms: expect.any(Number) }],
        rejected: [],
      },
    });
    expect(json.decisions).toHaveLength(3);
  });

  it('carries the state of a sequence from sample to sample', async () => {
    const { json } = await run(at('sum.onnx'), '--input', at('stream'));
    expect(json.outputs).toMatchObject({ total: { data: [11, 12, 14, 16, 19, 22] } });
  });

  it('writes one file per output', async () => {
    const { code } = await run(at('double.onnx'), '--input', at('three'), '--output', at('out'));
    expect(code).toBe(0);
    const written = readNpy(new Uint8Array(await readFile(at('out/y.npy'))), 'y.npy');
    expect(written).toEqual(floats([3, 2], 2, 4, 6, 8, 10, 12));
  });

  it('runs on an emulated chip, by its clock', async () => {
    const engine = ['--engine', 'emulated:midrange-2021'];
    const { json } = await run(at('double.onnx'), '--input', at('three'), ...engine);
    expect(json.decision).toMatchObject({
      engine: 'emulated',
      target: 'midrange-2021',
      provenance: 'estimated',
    });
  });

  it('tells a person where it ran, and with --explain why', async () => {
    const args = ['run', at('double.onnx'), '--input', at('three'), '--explain'];
    const { stdout } = await cliHere(args);
    expect(stdout).toMatch(/y +float32 +\[3, 2\] +2 4 6 8 10 12/);
    expect(stdout).toMatch(/3 of 3 samples: ran on device\/double in [\d.e-]+ ms \(median\) ●/);
    expect(stdout).toMatch(/Decided by built-in, rule objective/);
    expect(stdout).toMatch(/device\/double +answered/);
  });

  const bad: [string, () => string[], number, RegExp][] = [
    ['no such file', () => ['nope.onnx', '--input', at('three')], 2, /nope\.onnx does not exist/],
    ['no model', () => [at('three.npz'), '--input', at('three')], 2, /bad-model: /],
    ['no such data', () => [at('double.onnx'), '--input', at('none')], 2, /none does not exist/],
    ['data of another shape', () => [at('double.onnx'), '--input', at('wrong')], 2, /x\.npy/],
    ['no input', () => [at('double.onnx')], 2, /--input/],
    [
      'an engine there is not',
      () => [at('double.onnx'), '--input', at('three'), '--engine', 'x'],
      2,
      /--engine is "x"/,
    ],
    [
      'an emulated chip there is not',
      () => [at('double.onnx'), '--input', at('three'), '--engine', 'emulated:x'],
      2,
      /no target "x"/,
    ],
    [
      'a deadline that is none',
      () => [at('double.onnx'), '--input', at('three'), '--deadline', 'soon'],
      2,
      /--deadline is "soon"/,
    ],
    [
      'a deadline nothing meets',
      () => [at('double.onnx'), '--input', at('three'), '--deadline', '0.000001'],
      3,
      /timeout: .*would not answer in time/,
    ],
    [
      'an agent that is not there',
      () => ['acme/glyphs', '--input', at('three'), '--agent', 'http://127.0.0.1:9'],
      3,
      /network: .*start the device's agent/,
    ],
    [
      'an engine for a family',
      () => ['acme/glyphs', '--input', at('three'), '--engine', 'onnxruntime'],
      2,
      /the agent chooses/,
    ],
  ];
  it.each(bad)('refuses %s in one line', async (_, args, exit, line) => {
    const { code, stderr } = await run(...args());
    expect({ code, stderr }).toEqual({ code: exit, stderr: expect.stringMatching(line) });
    expect(stderr.trim()).not.toContain('\n');
  });
});

const emulate = (...args: string[]) => cliHere(['emulate', ...args, '--json']);

describe('selvedge emulate MODEL', () => {
  it('predicts time, memory and energy, layer by layer', async () => {
    const { code, json } = await emulate(at('double.onnx'), '--target', 'midrange-2021');
    expect(code).toBe(0);
    expect(json).toMatchObject({
      target: 'midrange-2021',
      precision: 'fp32',
      unit: 'cpu',
      peakMemoryBytes: 4 + 2 * 8,
      energyMj: expect.any(Number),
      fallbackShare: 0,
      partitions: [],
      validation: null,
      provenance: 'estimated',
      layers: [{ op: 'Mul', share: 1, counted: true }],
      uncounted: [],
      here: { engine: 'onnxruntime', provenance: 'measured' },
      runs: 10,
    });
    const { p50, low, high } = json.latencyMs as { p50: number; low: number; high: number };
    expect([low < p50, p50 < high, low > 0]).toEqual([true, true, true]);
  });

  it('takes shapes from a data set, and says the chip that is asked for', async () => {
    const input = ['--input', at('three'), '--runs', '3'];
    const { json } = await emulate(at('double.onnx'), '--target', 'cpu-x64', ...input);
    expect(json).toMatchObject({ target: 'cpu-x64', runs: 3 });
    const { stdout } = await cliHere([
      'emulate',
      at('double.onnx'),
      '--target',
      'cpu-x64',
      ...input,
    ]);
    expect(stdout).toMatch(
      /double\.onnx on cpu-x64, cpu, fp32: [\d.]+ ms ○ \([\d.]+ ms to [\d.]+ ms\)/,
    );
  });

  const bad: [string, () => string[], number, RegExp][] = [
    ['no such target', () => [at('double.onnx'), '--target', 'x'], 2, /no target "x"/],
    ['no target', () => [at('double.onnx')], 2, /--target/],
    [
      'no runs',
      () => [at('double.onnx'), '--target', 'cpu-x64', '--runs', '0'],
      2,
      /--runs is "0"/,
    ],
    ['no model', () => [at('three.npz'), '--target', 'cpu-x64'], 2, /bad-model/],
    [
      'a model that does not fit the chip',
      () => [at('large.onnx'), '--target', 'midrange-2021'],
      2,
      /bad-input: .*large\.onnx: it takes [\d.]+ GB of memory, midrange-2021 has [\d.]+ MB for it/,
    ],
  ];
  it.each(bad)('refuses %s in one line', async (_, args, exit, line) => {
    const { code, stderr } = await emulate(...args());
    expect({ code, stderr }).toEqual({ code: exit, stderr: expect.stringMatching(line) });
  });
});
