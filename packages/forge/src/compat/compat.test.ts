import { readdirSync } from 'node:fs';
import { catalogue } from '@selvedge/core/device';
import { graphBuilder, type Model, wants } from '@selvedge/onnx';
import { describe, expect, it } from 'vitest';
import { fixFor, isNotLoaded, providers, supportList, verdictFor, verdictOn } from './index.ts';

const names = [...new Set(Object.values(providers).flatMap(({ list }) => list ?? []))];

describe('the lists of operators', () => {
  it.each(names)('%s says where it comes from, and has rules that can be read', (name) => {
    const list = supportList(name)!;
    expect(list.provider).toBe(name);
    expect(list.version).toMatch(/^\d/);
    expect(list.imported).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(list.sources.length).toBeGreaterThan(0);
    for (const { repository, path, commit, sha256 } of list.sources) {
      expect(`${repository} ${path} ${commit}`).toMatch(/^\S+ \S+ \S+$/);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(list.rules.length).toBeGreaterThan(30);
    expect(new Set(list.rules.map(({ id }) => id)).size).toBe(list.rules.length);
    const conditions = [...list.always, ...list.rules.flatMap(({ where }) => where ?? [])];
    for (const condition of conditions) expect(wants(condition)).not.toContain('undefined');
  });

  it('are all of a provider that the catalogue can name', () => {
    const files = readdirSync(new URL('./lists/', import.meta.url));
    const listed = files.map((file) => /^(.+?)-\d.*\.json$/.exec(file)?.[1]);
    expect(listed.filter((name) => !names.includes(name!))).toEqual([]);
  });
});

it('every processor of the catalogue has a list, or a reason why there is none', () => {
  for (const { units } of catalogue) {
    for (const { provider } of units) {
      const entry = providers[provider];
      expect(entry, provider).toBeDefined();
      if (entry!.list === undefined) expect(entry!.reason).toBeTruthy();
      else expect(supportList(entry!.list)).toBeDefined();
    }
  }
});

/** A product of tokens with stored weights, quantised or not. */
function product(tokens: number[], quantised: boolean): Model {
  const g = graphBuilder('product', { opset: 17 });
  const weights = quantised
    ? g.node('DequantizeLinear', [
        g.constant('w', [8, 4], new Int8Array(32)),
        g.constant('scale', [], new Float32Array([0.1])),
      ])
    : g.constant('w', [8, 4], new Float32Array(32));
  g.output(
    g.node('MatMul', [g.input('x', 'float32', [...tokens, 8]), weights], {}, 'y'),
    'float32',
  );
  return g.build();
}

it('QNN leaves quantised products of three dimensions to the CPU, as AI Hub published of it', () => {
  const on = (tokens: number[], quantised: boolean) =>
    verdictFor('flagship-2026', product(tokens, quantised)).verdict;
  expect(on([1, 16], true)).toMatchObject({
    fallbackShare: 1,
    unsupported: [{ reason: expect.stringContaining('the rank of output 0 must be at most 2') }],
  });
  for (const runs of [on([16], true), on([1, 16], false)])
    expect(runs).toMatchObject({ verdict: 'full', unsupported: [] });
});

/** A convolution, an activation, and a pooling. */
function network(activation: string, batch: number | string = 1): Model {
  const g = graphBuilder('network', { opset: 17 });
  const x = g.input('x', 'float32', [batch, 3, 16, 16]);
  const w = g.constant('w', [8, 3, 3, 3], new Float32Array(216).fill(0.1));
  const a = g.node(activation, [g.node('Conv', [x, w], { kernel_shape: [3, 3] })]);
  g.output(g.node('GlobalAveragePool', [a], {}, 'y'), 'float32', [batch, 8, 1, 1]);
  return g.build();
}

describe('a verdict', () => {
  it.each([
    'cpu-x64',
    'browser-webgpu',
    'browser-webnn',
    'apple-m4',
    'snapdragon-8-gen3',
    'intel-lunar-lake',
    'jetson-thor',
    'rk3588',
  ])('is full on %s for what every provider runs', (target) => {
    expect(verdictFor(target, network('Relu')).verdict).toMatchObject({
      verdict: 'full',
      nodes: { supported: 3, unsupported: 0, unknown: 0 },
      fallbackShare: 0,
      partitions: 1,
      unsupported: [],
    });
  });

  it('says what falls back, by which rule, and what to do', () => {
    const { verdict } = verdictFor('apple-m4', network('Mish'));
    expect(verdict).toMatchObject({ verdict: 'partial', fallbackShare: 0, partitions: 2 });
    expect(verdict.unsupported).toEqual([
      {
        op: 'Mish',
        node: 'Mish_1',
        rule: 'unlisted',
        reason: expect.stringContaining('not on the list'),
        hint: expect.stringContaining('Softplus'),
      },
    ]);
  });

  it('promises a fix only where there is one', () => {
    const g = graphBuilder('double', { opset: 18 });
    g.output(g.node('Mish', [g.input('x', 'float64', [1, 4])], {}, 'y'), 'float64');
    const { verdict } = verdictFor('apple-m4', g.build());
    expect(verdict.unsupported.map(({ op, hint }) => [op, hint])).toEqual([['Mish', undefined]]);
  });

  it('asks for fixed sizes where the compiler needs them', () => {
    const { verdict } = verdictFor('snapdragon-8-gen3', network('Relu', 'batch'));
    expect(verdict).toMatchObject({ verdict: 'none', fallbackShare: 1, partitions: 0 });
    expect(verdict.unsupported[0]!.hint).toBe('fix the free dimension batch');
    const fixed = verdictFor('snapdragon-8-gen3', network('Relu', 'batch'), {
      dimensions: { batch: 1 },
    });
    expect(fixed.verdict.verdict).toBe('full');
  });

  it('is none on a chip of integers for a model of floats', () => {
    for (const target of ['coral-edgetpu', 'ethos-u55']) {
      const { verdict } = verdictFor(target, network('Relu'));
      expect(verdict).toMatchObject({ verdict: 'none', fallbackShare: 1 });
      expect(verdict.unsupported.map(({ hint }) => hint)).toContain('build int8');
    }
  });

  it('is all but the borders there for a quantised model', () => {
    const g = graphBuilder('quantised', { opset: 17 });
    const [scale, zero] = [
      g.constant('s', [], Float32Array.of(0.1)),
      g.constant('z', [], Int8Array.of(0)),
    ];
    const stored = g.constant('w', [8, 3, 3, 3], new Int8Array(216).fill(1));
    const through = (value: string) =>
      g.node('DequantizeLinear', [g.node('QuantizeLinear', [value, scale, zero]), scale, zero]);
    const x = through(g.input('x', 'float32', [1, 3, 16, 16]));
    const w = g.node('DequantizeLinear', [stored, scale, zero]);
    const y = g.node('Conv', [x, w], { kernel_shape: [3, 3] });
    g.output(through(g.node('Relu', [y])), 'float32', [1, 8, 14, 14]);
    const model = g.build();
    for (const target of ['coral-edgetpu', 'ethos-u55']) {
      const { verdict } = verdictFor(target, model);
      expect(verdict).toMatchObject({ verdict: 'partial', fallbackShare: 0, partitions: 1 });
      expect(verdict.unsupported.map(({ op, hint }) => [op, hint])).toEqual([
        ['QuantizeLinear', expect.stringContaining('in the application')],
        ['DequantizeLinear', expect.stringContaining('in the application')],
      ]);
    }
  });

  it('claims nothing where no list is published, and says why', () => {
    for (const target of ['hailo-8', 'amd-xdna2']) {
      expect(verdictFor(target, network('Relu')).verdict).toMatchObject({
        verdict: 'unknown',
        nodes: { supported: 0, unsupported: 0, unknown: 3 },
        fallbackShare: null,
        reason: expect.stringMatching(/none is published|publishes no list/),
      });
    }
  });

  it('is none where the opset is newer than the runtime there knows, whatever the operators are', () => {
    const g = graphBuilder('new', { opset: 99 });
    g.output(g.node('Relu', [g.input('x', 'float32', [4])]), 'float32', [4]);
    const model = g.build();
    for (const target of ['cpu-x64', 'apple-m4', 'browser-webgpu']) {
      const { verdict, partitioning } = verdictFor(target, model);
      expect(verdict).toMatchObject({
        verdict: 'none',
        nodes: { supported: 0, unsupported: 1, unknown: 0 },
        fallbackShare: null,
        partitions: 0,
        reason: expect.stringMatching(/^opset 99 is newer than onnxruntime .* runs, which is 26$/),
        unsupported: [{ op: 'Relu', rule: 'opset', hint: 'export it in opset 26 or lower' }],
      });
      expect(partitioning).toBeUndefined();
    }
  });

  it('is none where the runtime has no operator of that name: nothing falls back that nobody runs', () => {
    const g = graphBuilder('unheard', { opset: 17 });
    const y = g.node('Frobnicate', [g.node('Relu', [g.input('x', 'float32', [4])])]);
    g.output(y, 'float32', [4]);
    const model = g.build();
    for (const target of ['apple-m4', 'snapdragon-8-gen3', 'browser-webnn']) {
      const { verdict } = verdictFor(target, model);
      expect(verdict).toMatchObject({
        verdict: 'none',
        nodes: { supported: 1, unsupported: 1, unknown: 0 },
        fallbackShare: null,
        partitions: 0,
        reason: expect.stringMatching(/^onnxruntime 1\.\d+ has no operator Frobnicate: it loads/),
      });
      expect(isNotLoaded(verdict)).toBe(true);
    }
    expect(isNotLoaded(verdictFor('apple-m4', product([1], false)).verdict)).toBe(false);
  });

  it('on a processor is none where one operator cannot be loaded', () => {
    const g = graphBuilder('odd', { opset: 17 });
    g.output(g.node('NoSuchOperator', [g.input('x', 'float32', [1])]), 'float32');
    const { verdict } = verdictOn('cpu-x64', { kind: 'cpu', provider: 'cpu' }, g.build());
    expect(verdict).toMatchObject({ verdict: 'none', fallbackShare: null, partitions: 0 });
  });
});

describe('a fix', () => {
  it('lets a target run what it would not have', () => {
    const { model, report } = fixFor(['apple-m4'], network('Mish'));
    expect(report.changed).toEqual([{ node: 'Mish_1', op: 'Mish' }]);
    expect(verdictFor('apple-m4', model).verdict.verdict).toBe('full');
  });

  it('fixes the number of samples where a compiler needs fixed sizes', () => {
    const { model, report } = fixFor(['snapdragon-8-gen3'], network('Relu', 'batch'));
    expect(report.warnings).toEqual(['takes one sample at a time: a target needs fixed sizes']);
    expect(verdictFor('snapdragon-8-gen3', model).verdict.verdict).toBe('full');
    const kept = network('Relu', 'batch');
    expect(fixFor(['browser-webgpu'], kept).model).toBe(kept);
  });

  it('leaves a size to the author that only the author can choose', () => {
    const g = graphBuilder('sequence', { opset: 17 });
    g.output(g.node('Relu', [g.input('x', 'float32', ['batch', 'time', 40])]), 'float32');
    const { report } = fixFor(['snapdragon-8-gen3'], g.build());
    expect(report.warnings).toContain('the free dimension time stays: its size is yours to choose');
  });

  it('leaves a model alone that every target runs', () => {
    const model = network('Relu');
    expect(fixFor(['apple-m4', 'cpu-x64', 'hailo-8'], model)).toMatchObject({
      model,
      report: { changed: [] },
    });
  });
});
