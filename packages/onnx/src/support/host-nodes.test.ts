import { describe, expect, it } from 'vitest';
import { graphBuilder } from '../build/index.ts';
import { inferValues } from '../shape/index.ts';
import { judge } from './judge.ts';
import type { SupportList } from './list.ts';

const list: SupportList = {
  provider: 'test',
  version: '1',
  about: 'a provider that computes on a device',
  sources: [],
  imported: '2026-11-21',
  types: 'values',
  subgraphs: 'inside',
  host: { makes: ['Shape'], reads: { Reshape: [1] } },
  always: [],
  unlisted: 'unsupported',
  rules: ['Shape', 'Cast', 'Concat', 'Mul', 'Reshape', 'Relu'].map((op) => ({ id: op, op })),
};

/** Reshapes by a computed shape: `[size, …]` of the input, times `factor`. */
function reshaped(factor: 'constant' | 'large' | 'input' | 'computed') {
  const g = graphBuilder('test');
  const x = g.input('x', 'float32', ['batch', 4]);
  const count = factor === 'large' ? 101 : 2;
  const by =
    factor === 'input'
      ? g.input('by', 'int64', [2])
      : factor === 'computed'
        ? g.node('Cast', [g.node('Relu', [x])], { to: 7 })
        : g.constant('by', [count], new BigInt64Array(count));
  const shape = g.node('Mul', [g.node('Shape', [x], {}, 'sizes'), by], {}, 'wanted');
  g.output(g.node('Reshape', [x, shape], {}, 'y'), 'float32');
  const model = g.build();
  const verdicts = judge(model, inferValues(model), list);
  return Object.fromEntries(verdicts.map(({ op, rule }) => [op, rule]));
}

describe('hostNodes', () => {
  it('leaves what only computes with sizes on the CPU, but not what uses them', () => {
    const { Shape, Mul, Reshape } = reshaped('constant');
    expect({ Shape, Mul, Reshape }).toEqual({ Shape: 'Shape', Mul: 'host', Reshape: 'Reshape' });
  });

  it('counts inputs of the graph as being on the host, large constants not', () => {
    expect(reshaped('input').Mul).toBe('host');
    expect(reshaped('large').Mul).toBe('Mul');
  });

  it('keeps on the device what also reads a value of the device', () => {
    expect(reshaped('computed').Mul).toBe('Mul');
  });
});
