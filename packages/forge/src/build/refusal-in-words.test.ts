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
import { loadOrExplain } from './load-or-explain.ts';

const engine = createOrtEngine({ threads: 1 });
afterAll(() => engine.close());

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
      /opset 99 of ai\.onnx is newer than it knows: export the model with opset \d+ or lower/,
    ],
    ['a form too new', made('Relu', { irVersion: 99 }), 'IR version 99 is newer than it knows'],
  ])('is said in a few words: %s', async (_, model, words) => {
    const answer = await loadOrExplain(engine, { bytes: concat(writeModel(model)) }, 'odd.onnx');
    const reason = 'refused' in answer ? answer.refused : 'it loads';
    if (typeof words === 'string') expect(reason).toContain(words);
    else expect(reason).toMatch(words);
    expect(reason.length).toBeLessThan(150);
  });
});
