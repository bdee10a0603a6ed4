import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCondition } from './expression.ts';
import { type Expression, type FactPath, factTypes } from './policy.ts';
import type { Scene } from './scene.ts';

const scene = (over: {
  request?: Partial<Scene['request']>;
  device?: Scene['device'];
  candidate?: Partial<Scene['candidate']>;
}): Scene => ({
  request: { family: 'a/b', labels: [], ...over.request },
  device: over.device ?? {},
  candidate: {
    id: 'device/x',
    tier: 'device',
    predictedMs: 1,
    provenance: 'estimated',
    available: true,
    ...over.candidate,
  },
});
const evaluate = (tree: unknown, over: Parameters<typeof scene>[0] = {}) =>
  compileCondition(tree, 'p')(scene(over));
const refusal = (tree: unknown): string => {
  try {
    compileCondition(tree, 'p');
  } catch (caught) {
    return (caught as Error).message;
  }
  return 'accepted';
};

const unknown: Expression = ['lt', ['fact', 'device.battery'], ['lit', 0.5]];
const yes: Expression = ['lit', true];
const no: Expression = ['lit', false];

describe('a condition', () => {
  it('reads facts and compares them', () => {
    const tree: Expression = ['ge', ['fact', 'candidate.quality'], ['lit', 0.9]];
    expect(evaluate(tree, { candidate: { quality: 0.9 } })).toBe(true);
    expect(evaluate(tree, { candidate: { quality: 0.89 } })).toBe(false);
  });

  it.each([
    ['lt', [true, false, false]],
    ['le', [true, true, false]],
    ['gt', [false, false, true]],
    ['ge', [false, true, true]],
    ['eq', [false, true, false]],
    ['ne', [true, false, true]],
  ] as const)('%s compares 1, 2 and 3 with 2', (operator, expected) => {
    expect([1, 2, 3].map((x) => evaluate([operator, ['lit', x], ['lit', 2]]))).toEqual(expected);
  });

  it('is undecided where a fact is missing or is no number', () => {
    expect(evaluate(unknown)).toBeUndefined();
    expect(evaluate(unknown, { device: { battery: Number.NaN } })).toBeUndefined();
    expect(evaluate(['not', unknown])).toBeUndefined();
  });

  it('settles and/or by the side that decides, as Kleene has it', () => {
    expect(evaluate(['and', unknown, no])).toBe(false);
    expect(evaluate(['and', no, unknown])).toBe(false);
    expect(evaluate(['and', unknown, yes])).toBeUndefined();
    expect(evaluate(['or', unknown, yes])).toBe(true);
    expect(evaluate(['or', yes, unknown])).toBe(true);
    expect(evaluate(['or', no, unknown])).toBeUndefined();
  });

  it('asks whether a fact is there', () => {
    expect(evaluate(['has', 'device.battery'])).toBe(false);
    expect(evaluate(['has', 'device.battery'], { device: { battery: 0 } })).toBe(true);
  });

  it('finds items in lists', () => {
    const labelled: Expression = ['in', ['lit', 'pii'], ['fact', 'request.labels']];
    expect(evaluate(labelled, { request: { labels: ['x', 'pii'] } })).toBe(true);
    expect(evaluate(labelled)).toBe(false);
    expect(evaluate(['in', ['fact', 'candidate.tier'], ['lit', ['edge', 'cloud']]])).toBe(false);
  });

  it('counts, and is undecided where the count has no finite result', () => {
    const twice: Expression = ['mul', ['fact', 'candidate.predictedMs'], ['lit', 2]];
    expect(evaluate(['eq', twice, ['lit', 2]])).toBe(true);
    expect(evaluate(['lt', ['div', ['lit', 1], ['lit', 0]], ['lit', 2]])).toBeUndefined();
  });
});

describe('a malformed tree', () => {
  it.each([
    ['lit', 'p: expected an expression'],
    [[], 'p[0]: expected an operator'],
    [['xor', yes, no], 'p[0]: expected an operator this version knows, not "xor"'],
    [['fact', 'device.name'], 'p[1]: expected one of request.labels'],
    [['fact', '__proto__'], 'p[1]: expected one of request.labels'],
    [['lit', null], 'p[1]: expected a string, a finite number'],
    [['lit', Number.NaN], 'p[1]: expected a string, a finite number'],
    [['lit', ['a', 1]], 'p[1]: expected a string, a finite number'],
    [['lit', 3], 'p: expected a condition'],
    [['not', ['lit', 3]], 'p[1]: expected a boolean, not a number'],
    [['not', yes, no], 'p: expected 1 operands for "not", not 2'],
    [['and'], 'p: expected operands for "and"'],
    [['lt', ['lit', 1], ['lit', 'a']], 'p[2]: expected a number, not a string'],
    [['eq', ['lit', 1], ['lit', 'a']], 'p: expected two of one type'],
    [['in', ['lit', 1], ['lit', ['a']]], 'p: expected an item and a list of its type'],
    [['and', yes, ['or', no, ['not', ['lit', 1]]]], 'p[2][2][1]: expected a boolean'],
  ])('%j is refused with its place', (tree, message) => {
    expect(refusal(tree)).toContain(message);
  });

  it('is refused when it is too deep or too wide, before the stack is', () => {
    let deep: unknown = yes;
    for (let i = 0; i < 100_000; i++) deep = ['not', deep];
    expect(refusal(deep)).toContain('expected at most 64 levels');
    expect(refusal(['and', ...Array.from({ length: 100_000 }, () => yes)])).toContain(
      'at most 256 operands',
    );
  });

  it('is refused or compiles to three values, never anything else', () => {
    const leaf = fc.oneof(
      fc.constantFrom(...(Object.keys(factTypes) as FactPath[])).map((path) => ['fact', path]),
      fc.constantFrom(...(Object.keys(factTypes) as FactPath[])).map((path) => ['has', path]),
      fc
        .oneof(fc.boolean(), fc.double(), fc.string(), fc.array(fc.string(), { maxLength: 3 }))
        .map((v) => ['lit', v]),
      fc.jsonValue(),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.tuple(fc.constantFrom('not'), tie('tree')),
        fc.tuple(
          fc.constantFrom(
            'and',
            'or',
            'eq',
            'ne',
            'lt',
            'le',
            'gt',
            'ge',
            'in',
            'add',
            'sub',
            'mul',
            'div',
          ),
          tie('tree'),
          tie('tree'),
        ),
      ),
    }));
    let compiled = 0;
    fc.assert(
      fc.property(tree, (one) => {
        let condition: ReturnType<typeof compileCondition>;
        try {
          condition = compileCondition(one, 'p');
        } catch (caught) {
          expect(caught).toMatchObject({ name: 'SelvedgeError', code: 'bad-document' });
          return;
        }
        compiled += 1;
        expect([true, false, undefined]).toContain(condition(scene({ device: { battery: 0.3 } })));
      }),
      { numRuns: 3000, seed: 7 },
    );
    expect(compiled).toBeGreaterThan(50);
  });
});
