import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail } from '@selvedge/core/errors';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import type { Engine, RunResult, Session } from '@selvedge/infer/engine';
import {
  concat,
  edit,
  type GraphBuilder,
  graphBuilder,
  type Model,
  make,
  writeModel,
} from '@selvedge/onnx';
import { afterAll, describe, expect, it } from 'vitest';
import type { BuildReport } from '../report/index.ts';
import { build } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'selvedge-unusual-'));
const engine = createOrtEngine({ threads: 1 });
afterAll(async () => {
  await engine.close();
  rmSync(root, { recursive: true });
});

const save = (model: Model, directory = mkdtempSync(join(root, 'model-'))): string => {
  const path = join(directory, 'model.onnx');
  writeFileSync(path, concat(writeModel(model)));
  return path;
};

const buildFile = async (
  file: string,
  precisions: string[] = ['fp32', 'fp16', 'int8-dynamic'],
  by: Engine = engine,
): Promise<BuildReport> => {
  const latency = { minRuns: 1, maxRuns: 2, maxMs: 50 };
  const out = join(file, '..', 'out');
  return (await build(file, { out, engine: by, latency, precisions })).report;
};

const made = (
  fill: (g: GraphBuilder) => void,
  options?: { domains?: Record<string, number> },
): Model => {
  const g = graphBuilder('unusual', { opset: 17, irVersion: 8, ...options });
  fill(g);
  return g.build();
};

const weights = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, at) => Math.sin(at + 1));

/** Each builds in every precision, or says for one why it is skipped. */
const models: [name: string, model: () => Model][] = [
  [
    'without weights',
    () =>
      made((g) => {
        g.input('x', 'float32', [1, 4]);
        g.output(g.node('Relu', ['x'], {}, 'y'), 'float32', [1, 4]);
      }),
  ],
  [
    'with a scalar output',
    () =>
      made((g) => {
        g.input('x', 'float32', [3]);
        g.output(g.node('ReduceSum', ['x'], { keepdims: 0 }, 'y'), 'float32', []);
      }),
  ],
  [
    'with an output of no elements',
    () =>
      made((g) => {
        g.input('x', 'float32', [4]);
        g.constant('from', [1], BigInt64Array.of(0n));
        g.output(g.node('Slice', ['x', 'from', 'from'], {}, 'none'), 'float32', [0]);
        g.output(g.node('Neg', ['x'], {}, 'y'), 'float32', [4]);
      }),
  ],
  [
    'with int64 inputs that index a table',
    () =>
      made((g) => {
        g.input('ids', 'int64', ['batch', 'length']);
        g.constant('table', [10, 8], weights(80));
        g.output(g.node('Gather', ['table', 'ids'], {}, 'y'), 'float32', ['batch', 'length', 8]);
      }),
  ],
  [
    'with text',
    () =>
      made((g) => {
        g.input('words', 'string', ['n']);
        g.output(g.node('Identity', ['words'], {}, 'same'), 'string', ['n']);
      }),
  ],
  [
    'with booleans and bytes',
    () =>
      made((g) => {
        g.input('mask', 'bool', [2, 2]);
        g.input('pixels', 'uint8', [2, 2]);
        g.output(g.node('Not', ['mask'], {}, 'inverse'), 'bool', [2, 2]);
        g.output(g.node('Cast', ['pixels'], { to: 1 }, 'floats'), 'float32', [2, 2]);
      }),
  ],
  [
    'with several inputs and outputs',
    () =>
      made((g) => {
        g.input('a', 'float32', ['n', 4]);
        g.input('b', 'float32', ['n', 4]);
        g.constant('w', [4, 6], weights(24));
        const sum = g.node('Add', ['a', 'b']);
        g.output(g.node('MatMul', [sum, 'w'], {}, 'y'), 'float32', ['n', 6]);
        g.output(g.node('ArgMax', ['y'], { axis: 1, keepdims: 0 }, 'label'), 'int64', ['n']);
      }),
  ],
  [
    'with free image sides that must be large enough',
    () =>
      made((g) => {
        g.input('image', 'float32', ['batch', 1, 'height', 'width']);
        g.constant('w', [2, 1, 5, 5], weights(50));
        g.output(g.node('Conv', ['image', 'w'], {}, 'y'), 'float32', ['batch', 2, 'h', 'w']);
      }),
  ],
  [
    'in double precision',
    () =>
      made((g) => {
        g.input('x', 'float64', [2, 3]);
        g.constant('w', [3, 2], Float64Array.from(weights(6)));
        g.output(g.node('MatMul', ['x', 'w'], {}, 'y'), 'float64', [2, 2]);
      }),
  ],
  [
    'whose weights are optional inputs',
    () => {
      const model = made((g) => {
        g.input('x', 'float32', [1, 4]);
        g.constant('w', [4, 4], weights(16));
        g.output(g.node('MatMul', ['x', 'w'], {}, 'y'), 'float32', [1, 4]);
      });
      const { graph } = model;
      const [first] = graph.input;
      const optional = edit(first!, {
        name: 'w',
        type: make('TypeProto', {
          tensorType: make('TensorTypeProto', {
            elemType: 1,
            shape: make('TensorShapeProto', {
              dim: [4, 4].map((dimValue) => make('DimensionProto', { dimValue })),
            }),
          }),
        }),
      });
      return edit(model, { graph: edit(graph, { input: [...graph.input, optional] }) });
    },
  ],
  [
    'that does nothing',
    () =>
      made((g) => {
        g.input('x', 'float32', [1, 2]);
        g.output(g.node('Identity', ['x'], {}, 'y'), 'float32', [1, 2]);
      }),
  ],
];

describe('a model', () => {
  it.each(models)('%s builds, or says for one precision why not', async (_, model) => {
    const { variants } = await buildFile(save(model()));
    expect(variants.map(({ precision }) => precision)).toEqual(['fp32', 'fp16', 'int8-dynamic']);
    expect(variants[0]).toMatchObject({ status: 'unproven', golden: {} });
    expect(variants[0]?.latency?.runs).toBeGreaterThan(0);
    for (const { status, reason, golden } of variants.slice(1)) {
      if (status === 'skipped') expect(reason.length).toBeGreaterThan(10);
      else expect(golden).not.toBeNull();
    }
  });

  it('that answers at random gets no golden document, and says why', async () => {
    const model = made((g) => {
      g.input('x', 'float32', [8]);
      const noise = g.node('RandomNormalLike', ['x']);
      g.output(g.node('Add', ['x', noise], {}, 'y'), 'float32', [8]);
    });
    const [variant] = (await buildFile(save(model), ['fp32'])).variants;
    expect(variant?.golden).toBeNull();
    expect(variant?.warnings.join()).toContain('two runs of it differ');
  });

  it('that answers only NaN gets no golden document either', async () => {
    const model = made((g) => {
      g.input('x', 'float32', [4]);
      const none = g.node('Sub', ['x', 'x']);
      g.output(g.node('Div', [none, none], {}, 'y'), 'float32', [4]);
    });
    const [variant] = (await buildFile(save(model), ['fp32'])).variants;
    expect(variant?.golden).toBeNull();
    expect(variant?.warnings.join()).toContain('no element of it is finite');
  });

  it('with an operator the engine has no kernel for is skipped, with the reason, and is not written', async () => {
    const model = made((g) => {
      g.input('x', 'float64', [4]);
      g.output(g.node('Erf', ['x'], {}, 'y'), 'float64', [4]);
    });
    const file = save(model);
    const { variants } = await buildFile(file, ['fp32']);
    expect(variants).toMatchObject([{ status: 'skipped', file: null, golden: null }]);
    expect(variants[0]?.reason).toContain('Erf');
    const reasons = (await buildFile(file)).variants.map(({ reason }) => reason);
    expect(new Set(reasons)).toEqual(new Set([variants[0]?.reason, 'as device-fp32']));
  });
});

describe('the unconverted variant', () => {
  const product = (
    type: 'float16' | 'float64' | 'float32',
    data: Uint16Array | Float64Array | Float32Array,
  ) =>
    made((g) => {
      g.input('x', type, [1, 4]);
      g.constant('w', [4, 4], data);
      g.constant('shape', [2], BigInt64Array.of(4n, 1n));
      g.output(g.node('Reshape', [g.node('MatMul', ['x', 'w']), 'shape'], {}, 'y'), type, [4, 1]);
    });
  const quantized = () =>
    made((g) => {
      g.input('x', 'float32', [1, 4]);
      g.constant('w', [4, 4], new Int8Array(16).fill(3));
      g.constant('scale', [], Float32Array.of(0.1));
      const w = g.node('DequantizeLinear', ['w', 'scale']);
      g.output(g.node('MatMul', ['x', w], {}, 'y'), 'float32', [1, 4]);
    });
  const half = (): Model => {
    const model = product('float16', new Uint16Array(16).fill(0x3c00));
    const { graph } = model;
    const initializer = graph.initializer.map((tensor) =>
      tensor.name === 'w' ? edit(tensor, { dataType: 10 }) : tensor,
    );
    return edit(model, { graph: edit(graph, { initializer }) });
  };

  it.each([
    ['half precision', half, ['as it came: float16 weights']],
    [
      'doubles',
      () => product('float64', Float64Array.from(weights(16))),
      ['as it came: float64 weights'],
    ],
    ['QDQ', quantized, ['as it came: int8 weights']],
    ['single precision', () => product('float32', weights(16)), []],
  ] as const)('of a model in %s says what its weights are', async (_, model, words) => {
    const file = save(model());
    const { variants } = await buildFile(file, ['fp32']);
    expect(variants[0]?.warnings.filter((text) => text.startsWith('as it came'))).toEqual(words);
    const text = readFileSync(join(file, '../out/report.md'), 'utf8');
    for (const word of words) expect(text).toContain(`- \`device-fp32\`: ${word}`);
  });
});

describe('a model whose inputs are too large to try', () => {
  const product = (rows: number | bigint) => {
    const model = made((g) => {
      g.input('x', 'float32', ['n', 64]);
      g.constant('w', [64, 64], weights(64 * 64));
      g.output(g.node('MatMul', ['x', 'w'], {}, 'y'), 'float32', ['n', 64]);
    });
    const { graph } = model;
    const dim = [rows, 64].map((dimValue) => make('DimensionProto', { dimValue }));
    const tensorType = make('TensorTypeProto', {
      elemType: 1,
      shape: make('TensorShapeProto', { dim }),
    });
    const type = make('TypeProto', { tensorType });
    return edit(model, { graph: edit(graph, { input: [edit(graph.input[0]!, { type })] }) });
  };

  it.each([
    [100_000_000, 'its inputs take 25.6 GB'],
    [2n ** 53n + 1n, 'its inputs take 2.31 EB'],
  ])('(%d rows) is unproven, with a warning', async (rows, words) => {
    const { variants } = await buildFile(save(product(rows)));
    for (const { status, warnings, golden, latency } of variants) {
      expect({ status, golden, latency }).toEqual({
        status: 'unproven',
        golden: null,
        latency: null,
      });
      expect(warnings.join()).toContain(words);
    }
  });

  it('gets no golden document where one case of it would be too large to fetch', async () => {
    const { variants } = await buildFile(save(product(100_000)), ['fp32']);
    expect(variants[0]).toMatchObject({ golden: null, status: 'unproven' });
    expect(variants[0]?.warnings.join()).toContain('one case of it takes 51.2 MB');
  });
});

describe('a variant that is not smaller than the model', () => {
  it('is skipped with both sizes, and is not written', async () => {
    const model = made((g) => {
      g.input('x', 'float32', [1, 64]);
      g.constant('w', [64, 64], weights(64 * 64));
      // Read as it is by what stays float32: the half form comes on top.
      g.output(g.node('ReduceSum', ['w'], { keepdims: 0 }, 'sum'), 'float32', []);
      g.output(g.node('MatMul', ['x', 'w'], {}, 'y'), 'float32', [1, 64]);
    });
    const { variants } = await buildFile(save(model));
    expect(variants.map(({ status }) => status)).toEqual(['unproven', 'skipped', 'skipped']);
    for (const { reason, file } of variants.slice(1)) {
      expect(reason).toMatch(/^saves nothing: [\d.]+ kB against 16\.\d kB$/);
      expect(file).toBeNull();
    }
  });
});

describe('an engine', () => {
  const network = () =>
    made((g) => {
      g.input('x', 'float32', [1, 64]);
      g.constant('w', [64, 64], weights(64 * 64));
      g.output(g.node('MatMul', ['x', 'w'], {}, 'y'), 'float32', [1, 64]);
    });

  /** The real one, whose sessions of converted models answer through `change`. */
  const withConverted = (change: (result: RunResult) => RunResult): Engine => ({
    ...engine,
    load: async (model) => {
      const session = await engine.load(model);
      if (!model.name?.startsWith('device-')) return session;
      const run: Session['run'] = async (...args) => change(await session.run(...args));
      return {
        inputs: session.inputs,
        outputs: session.outputs,
        run,
        close: () => session.close(),
      };
    },
  });

  it('that loads a variant and cannot run it has it skipped, with its reason', async () => {
    const failing = withConverted(() => fail('engine-failed', 'no kernel for this shape'));
    const { variants } = await buildFile(save(network()), ['fp32', 'fp16'], failing);
    expect(variants.map(({ status }) => status)).toEqual(['unproven', 'skipped']);
    expect(variants[1]).toMatchObject({ file: null, reason: 'no kernel for this shape' });
  });

  it('whose variant is far from the model without an evaluation set gets a warning', async () => {
    const off = withConverted((result) => ({
      ...result,
      outputs: {
        y: { type: 'float32', shape: [1, 64], data: new Float32Array(64).fill(Number.NaN) },
      },
    }));
    const { variants } = await buildFile(save(network()), ['fp16'], off);
    const [variant] = variants;
    expect(variant?.warnings.join()).toContain('is not finite where the unconverted model is');
    expect(variant?.divergence).toEqual(variant?.warnings.slice(-1));
  });
});

describe('external data', () => {
  const bytes = new Uint8Array(weights(16).buffer);

  /** A product whose weights stand in another file. */
  const external = (location: string, length = 64): Model => {
    const model = made((g) => {
      g.input('x', 'float32', [1, 4]);
      g.constant('w', [4, 4], weights(16));
      g.output(g.node('MatMul', ['x', 'w'], {}, 'y'), 'float32', [1, 4]);
    });
    const { graph } = model;
    const entries = { location, offset: '4', length: String(length) };
    const tensor = edit(graph.initializer[0]!, {
      rawData: undefined,
      dataLocation: 1,
      externalData: Object.entries(entries).map(([key, value]) =>
        make('StringStringEntryProto', { key, value }),
      ),
    });
    return edit(model, { graph: edit(graph, { initializer: [tensor] }) });
  };

  it('is brought into the variant, which is one file', async () => {
    const file = save(external('weights.bin'));
    writeFileSync(join(file, '../weights.bin'), Uint8Array.of(0, 0, 0, 0, ...bytes));
    const { variants } = await buildFile(file, ['fp32']);
    const variant = new Uint8Array(readFileSync(join(file, '../out', variants[0]?.file as string)));
    const session = await engine.load({ model: variant });
    const x = { type: 'float32' as const, shape: [1, 4], data: Float32Array.of(1, 0, 0, 0) };
    const { outputs } = await session.run({ x });
    expect(outputs.y?.data).toEqual(weights(4));
  });

  it.each([
    ['is missing', 'weights.bin', undefined, 'weights.bin, which is not there'],
    ['is too short', 'weights.bin', bytes.subarray(0, 20), 'weights.bin'],
    ['is outside the directory', '../../secret.bin', undefined, "outside the model's directory"],
    ['is at an absolute path', '/etc/hostname', undefined, "outside the model's directory"],
  ])('that %s is refused by name', async (_, location, content, message) => {
    const file = save(external(location));
    if (content) writeFileSync(join(file, '..', location), content);
    const failing = buildFile(file, ['fp32']);
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.toMatchObject({ code: 'bad-model' });
  });
});
