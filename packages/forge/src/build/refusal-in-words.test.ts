import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import {
  concat,
  edit,
  type GraphBuilder,
  graphBuilder,
  type Model,
  writeModel,
} from '@selvedge/onnx';
import { afterAll, describe, expect, it } from 'vitest';
import { build } from './build.ts';
import { loadOrExplain } from './load-or-explain.ts';

const engine = createOrtEngine({ threads: 1 });
const root = mkdtempSync(join(tmpdir(), 'selvedge-unknown-'));
afterAll(async () => {
  await engine.close();
  rmSync(root, { recursive: true });
});

const made = (op: string, options: Parameters<typeof graphBuilder>[1]): Model => {
  const g: GraphBuilder = graphBuilder('odd', { opset: 17, irVersion: 8, ...options });
  g.input('x', 'float32', [4]);
  g.output(g.node(op, ['x'], {}, 'y'), 'float32', [4]);
  return g.build();
};
const ofDomain = (domain: string): Model => {
  const model = made('Fancy', { domains: { [domain]: 1 } });
  const node = model.graph.node.map((one) => edit(one, { domain }));
  return edit(model, { graph: edit(model.graph, { node }) });
};

describe('why an engine does not load a model', () => {
  it.each([
    [
      'an operator nobody knows',
      made('Fancy', {}),
      'node Fancy_0: it knows no operator Fancy in opset 17',
    ],
    ['an operator of somebody', ofDomain('com.acme'), 'it knows no operator Fancy of com.acme'],
    [
      'an opset too new',
      made('Relu', { opset: 99 }),
      /opset 99 of ai\.onnx is newer than it knows, which is \d+/,
    ],
    ['a form too new', made('Relu', { irVersion: 99 }), 'IR version 99 is newer than it knows'],
  ])('is said in a few words: %s', async (_, model, words) => {
    const answer = await loadOrExplain(engine, { bytes: concat(writeModel(model)) }, 'odd.onnx');
    const reason = 'refused' in answer ? answer.refused : 'it loads';
    if (typeof words === 'string') expect(reason).toContain(words);
    else expect(reason).toMatch(words);
    expect(reason.length).toBeLessThan(150);
  });

  it.each([
    [
      'an operator nobody knows',
      made('Fancy', {}),
      /node Fancy_0: .* no operator Fancy in opset 17/,
    ],
    ['an operator of somebody', ofDomain('com.acme'), /node Fancy_0: .* no operator Fancy of com/],
    ['an opset too new', made('Relu', { opset: 99 }), /opset 99 of ai\.onnx is newer/],
    ['a form too new', made('Relu', { irVersion: 99 }), /IR version 99 is newer/],
  ])('and is bad input to a build: %s', async (_, model, words) => {
    const file = join(mkdtempSync(join(root, 'odd-')), 'odd.onnx');
    writeFileSync(file, concat(writeModel(model)));
    const out = join(root, 'out');
    const refusal = await build(file, { out, engine }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'bad-model',
      message: expect.stringMatching(words),
      hint: expect.stringMatching(/opset \d+ or lower/),
      details: { file },
    });
    expect(existsSync(out)).toBe(false);
  });

  it.each([
    [
      'types that do not fit',
      (g: GraphBuilder, x: string) => g.node('Add', [x, g.constant('w', [4], new Int32Array(4))]),
      /Type Error: .*bound to different types/,
    ],
    [
      'sizes that do not fit',
      (g: GraphBuilder, x: string) =>
        g.node('MatMul', [x, g.constant('w', [5, 4], new Float32Array(20))]),
      /Incompatible dimensions/,
    ],
  ])(
    'of one that breaks the rules of ONNX is bad input, and what was built before stays: %s',
    async (_, body, words) => {
      const directory = mkdtempSync(join(root, 'broken-'));
      const [file, out] = [join(directory, 'broken.onnx'), join(directory, 'out')];
      const saved = (body: (g: GraphBuilder, x: string) => string) => {
        const g = graphBuilder('broken', { opset: 17, irVersion: 8 });
        g.output(body(g, g.input('x', 'float32', [4])), 'float32');
        writeFileSync(file, concat(writeModel(g.build())));
      };
      saved((g, x) => g.node('Relu', [x]));
      await build(file, { out, engine, precisions: ['fp32'] });
      const before = readFileSync(join(out, 'report.json'), 'utf8');
      saved(body);
      await expect(build(file, { out, engine })).rejects.toMatchObject({
        code: 'bad-model',
        row: { exit: 2 },
        message: expect.stringMatching(words),
        hint: expect.stringContaining('export it again'),
      });
      expect(readFileSync(join(out, 'report.json'), 'utf8')).toBe(before);
    },
  );
});
