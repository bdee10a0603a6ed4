import { describe, expect, it } from 'vitest';
import { type GraphBuilder, graphBuilder, makeNode } from '../build/index.ts';
import { inferValues } from '../shape/index.ts';
import { edit, type Model, make } from '../wire/index.ts';
import { asksFor, type Condition } from './condition.ts';
import { judge } from './judge.ts';
import type { SupportList, SupportRule } from './list.ts';

const listOf = (rules: readonly SupportRule[], more: Partial<SupportList> = {}): SupportList => ({
  provider: 'test',
  version: '1.0',
  about: 'a test provider',
  sources: [],
  imported: '2026-01-01',
  types: 'values',
  subgraphs: 'inside',
  always: [],
  unlisted: 'unsupported',
  rules,
  ...more,
});

function model(
  body: (g: GraphBuilder, x: string) => string,
  shape: (number | string)[] = [1, 3, 8, 8],
): Model {
  const g = graphBuilder('judged', { opset: 13 });
  g.output(body(g, g.input('x', 'float32', shape)), 'float32');
  return g.build();
}

const verdict = (judged: Model, list: SupportList, at = -1) =>
  judge(judged, inferValues(judged), list).at(at)!;

const relu = model((g, x) => g.node('Relu', [x]));

describe('judging a node', () => {
  it('supports what a rule names', () => {
    expect(verdict(relu, listOf([{ id: 'relu', op: 'Relu' }]))).toMatchObject({
      verdict: 'supported',
      rule: 'relu',
    });
  });

  it('refuses what no rule names, or does not know it where the list is not whole', () => {
    expect(verdict(relu, listOf([]))).toMatchObject({ verdict: 'unsupported', rule: 'unlisted' });
    expect(verdict(relu, listOf([], { unlisted: 'unknown' })).verdict).toBe('unknown');
  });

  it('goes by the operator set', () => {
    const list = listOf([{ id: 'old', op: 'Relu', until: 12 }]);
    expect(verdict(relu, list)).toMatchObject({
      verdict: 'unsupported',
      reason: 'Relu of opset 13; it takes opset 1 to 12',
    });
    expect(verdict(relu, listOf([{ id: 'new', op: 'Relu', since: 13 }])).verdict).toBe('supported');
  });

  it('goes by element types, the last entry holding for all further inputs', () => {
    const sum = model((g, x) => g.node('Sum', [x, x, x]));
    const takes = (type: 'float16' | 'float32') =>
      verdict(sum, listOf([{ id: 'sum', op: 'Sum', inputs: [['float32'], [type]] }]));
    expect(takes('float32').verdict).toBe('supported');
    expect(takes('float16')).toMatchObject({
      verdict: 'unsupported',
      reason: 'input 1 is float32; it takes float16',
    });
  });

  it('names the condition that decided, beside its words', () => {
    const failing = { any: [{ constant: 0 }, { rank: 0, is: { max: 3 } }] };
    const found = verdict(relu, listOf([{ id: 'a', op: 'Relu', where: [{ given: 0 }, failing] }]));
    expect(found.failing).toEqual(failing);
    expect(asksFor(found.failing, 'constant')).toBe(true);
    expect(asksFor(found.failing, 'fixed')).toBe(false);
    expect(verdict(relu, listOf([])).failing).toBeUndefined();
  });

  it('says which of several rules came closest', () => {
    const list = listOf([
      { id: 'a', op: 'Relu', until: 5 },
      { id: 'b', op: 'Relu', where: [{ rank: 0, is: { max: 3 } }] },
    ]);
    expect(verdict(relu, list)).toMatchObject({
      rule: 'b',
      reason: 'the rank of input 0 must be at most 3, not 4',
    });
  });
});

const conv = (g: GraphBuilder, x: string, attributes = {}): string =>
  g.node('Conv', [x, g.constant('w', [2, 3, 3, 3], new Float32Array(54))], attributes);

describe('conditions', () => {
  const holds = (judged: Model, where: Condition, op: string) =>
    verdict(judged, listOf([{ id: 'rule', op, where: [where] }])).verdict;

  it.each<[string, Condition, string]>([
    ['a constant input', { constant: 1 }, 'supported'],
    ['an input that is computed', { constant: 0 }, 'unsupported'],
    ['an input that is left out', { constant: 2 }, 'supported'],
    ['an absent input', { absent: 2 }, 'supported'],
    ['a given input', { given: 2 }, 'unsupported'],
    ['a quantised input', { quantised: 1 }, 'unsupported'],
    ['a rank', { rank: 'values', is: { in: [4] } }, 'supported'],
    ['a size from the end', { size: 1, axis: -1, is: { max: 2 } }, 'unsupported'],
    ['the number of elements', { elements: 1, is: { max: 54 } }, 'supported'],
    ['a type', { type: 'inputs', in: ['float32'] }, 'supported'],
    ['an attribute', { attr: 'strides', is: { max: 1 } }, 'unsupported'],
    ['an attribute that is not there', { attr: 'group', is: { in: [3] } }, 'supported'],
    ['its default', { attr: 'group', is: { in: [3] }, otherwise: 1 }, 'unsupported'],
    ['the length of an attribute', { attrLength: 'strides', is: { in: [2] } }, 'supported'],
    [
      'a list that must be one of some',
      {
        attrIs: 'strides',
        oneOf: [
          [1, 1],
          [2, 2],
        ],
      },
      'supported',
    ],
    ['an attribute that must be given', { hasAttr: 'auto_pad' }, 'unsupported'],
    ['the number of inputs', { inputCount: { max: 2 } }, 'supported'],
    ['not', { not: { constant: 0 } }, 'supported'],
    ['any', { any: [{ constant: 0 }, { constant: 1 }] }, 'supported'],
    ['all', { all: [{ constant: 0 }, { constant: 1 }] }, 'unsupported'],
  ])('%s', (_, where, expected) => {
    expect(
      holds(
        model((g, x) => conv(g, x, { strides: [2, 2] })),
        where,
        'Conv',
      ),
    ).toBe(expected);
  });

  it('knows the values of small constants', () => {
    const shape = BigInt64Array.of(0n, -1n);
    const reshape = model((g, x) => g.node('Reshape', [x, g.constant('shape', [2], shape)]));
    expect(holds(reshape, { value: 1, is: { not: [0] } }, 'Reshape')).toBe('unsupported');
    expect(holds(reshape, { value: 1, is: { min: -1 } }, 'Reshape')).toBe('supported');
  });

  it('calls a size fixed only where it is the same in every run', () => {
    const free = model((g, x) => g.node('Relu', [conv(g, x)]), ['batch', 3, 8, 8]);
    const list = listOf([{ id: 'relu', op: 'Relu' }], { always: [{ fixed: 'inputs' }] });
    expect(verdict(free, list)).toMatchObject({
      verdict: 'unsupported',
      rule: 'always',
      reason: 'every input must have fixed sizes, not [?, 2, 6, 6]',
    });
    const fixed = judge(free, inferValues(free), list, { dimensions: { batch: 4 } });
    expect(fixed.at(-1)!.verdict).toBe('supported');
  });

  it('calls no size fixed that only large inputs bring', () => {
    const first = (name: string, g: GraphBuilder, value: bigint) =>
      g.constant(name, [1], BigInt64Array.of(value));
    const clamped = model(
      (g, x) => {
        const ends = [first('from', g, 0n), first('to', g, 300n), first('axis', g, 1n)];
        return g.node('Relu', [g.node('Slice', [x, ...ends])]);
      },
      [1, 'boxes'],
    );
    expect(holds(clamped, { fixed: 'inputs' }, 'Relu')).toBe('unsupported');
    const fixed = model((g, x) => g.node('Relu', [x]), [1, 300]);
    expect(holds(fixed, { fixed: 'inputs' }, 'Relu')).toBe('supported');
  });

  it('does not know what depends on a shape that nothing tells', () => {
    const g = graphBuilder('open', { opset: 13 });
    const x = g.input('x', 'float32', []);
    const y = g.node('MyOperator', [x]);
    g.output(g.node('Relu', [y]), 'float32');
    expect(holds(g.build(), { rank: 0, is: { max: 4 } }, 'Relu')).toBe('unknown');
  });
});

describe('what a runtime folds', () => {
  const folded = model((g, x) => {
    const shape = g.node('Shape', [x]);
    const size = g.node('Gather', [shape, g.constant('first', [1], BigInt64Array.of(0n))]);
    return g.node('Reshape', [
      x,
      g.node('Concat', [size, g.constant('rest', [1], BigInt64Array.of(-1n))], { axis: 0 }),
    ]);
  });

  it('runs nowhere, and counts as supported', () => {
    const list = listOf([{ id: 'reshape', op: 'Reshape', where: [{ constant: 1 }] }]);
    expect(judge(folded, inferValues(folded), list).map(({ rule }) => rule)).toEqual([
      'constant',
      'constant',
      'constant',
      'reshape',
    ]);
  });

  it('is judged like anything else where nobody knows the operator: no runtime folds that', () => {
    const made = model((g, x) =>
      g.node('Add', [x, g.node('Frobnicate', [g.constant('w', [1], new Float32Array(1))])]),
    );
    expect(verdict(made, listOf([{ id: 'add', op: 'Add' }]), 0)).toMatchObject({
      op: 'Frobnicate',
      verdict: 'unsupported',
      rule: 'unlisted',
    });
  });

  it('is judged like anything else where the runtime does not fold', () => {
    const kept = judge(folded, inferValues(folded), listOf([]), { folds: false });
    expect(kept.every(({ verdict }) => verdict === 'unsupported')).toBe(true);
  });
});

describe('a function of the model', () => {
  const called = (inside: string): Model => {
    const given = model((g, x) => g.node('Twice', [x]));
    const body = make('FunctionProto', {
      name: 'Twice',
      input: ['a'],
      output: ['b'],
      node: [makeNode(inside, ['a', 'a'], ['b'])],
    });
    return edit(given, { functions: [body] });
  };

  it('runs where the operators in it run', () => {
    const list = listOf([{ id: 'add', op: 'Add' }]);
    expect(verdict(called('Add'), list)).toMatchObject({ verdict: 'supported', rule: 'function' });
    expect(verdict(called('Mul'), list)).toMatchObject({
      verdict: 'unsupported',
      reason: 'Mul in the function Twice is not on the list of a test provider 1.0',
    });
  });
});

describe('a quantised model on a runtime of integers', () => {
  it('is judged by the integers between which a node stands', () => {
    const g = graphBuilder('qdq', { opset: 13 });
    const x = g.input('x', 'float32', [1, 3, 8, 8]);
    const scale = g.constant('s', [], Float32Array.of(0.1));
    const zero = g.constant('z', [], Int8Array.of(0));
    const through = (value: string) =>
      g.node('DequantizeLinear', [g.node('QuantizeLinear', [value, scale, zero]), scale, zero]);
    g.output(through(g.node('Relu', [g.node('Sigmoid', [through(x)])])), 'float32');
    const list = listOf(
      ['Sigmoid', 'Relu', 'QuantizeLinear', 'DequantizeLinear'].map((op) => ({
        id: op,
        op,
        inputs: [['int8' as const], null],
        outputs: [['int8' as const]],
      })),
      { types: 'groups' },
    );
    const quantised = g.build();
    const verdicts = judge(quantised, inferValues(quantised), list);
    expect(verdicts.map(({ op, verdict, reason }) => [op, reason || verdict])).toEqual([
      // Only at the model's own floats it is a computation.
      ['QuantizeLinear', 'input 0 is float32; it takes int8'],
      ['DequantizeLinear', 'supported'],
      ['Sigmoid', 'supported'],
      ['Relu', 'supported'],
      ['QuantizeLinear', 'supported'],
      ['DequantizeLinear', 'output 0 is float32; it takes int8'],
    ]);
    const float = verdict(relu, list);
    expect(float.reason).toBe('input 0 is float32; it takes int8');
  });
});
