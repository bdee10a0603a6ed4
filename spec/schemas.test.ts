import { readdirSync, readFileSync } from 'node:fs';
import {
  type CompiledPolicy,
  compileCondition,
  compileRoute,
  defaultPolicy,
  type Expression,
} from '@selvedge/core/route';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { specFiles } from './documents.ts';

const here = new URL('.', import.meta.url);
const committed = (path: string) => readFileSync(new URL(path, here), 'utf8');

/** Paths whose committed text is not what the code generates. */
function drifted(read: (path: string) => string): string[] {
  return [...specFiles()].filter(([path, text]) => read(path) !== text).map(([path]) => path);
}

describe('the specification', () => {
  it('is what the code says (npm run spec writes it)', () => {
    expect(drifted(committed)).toEqual([]);
    const names = [...specFiles().keys()].filter((path) => path.startsWith('schemas/'));
    expect(
      readdirSync(new URL('schemas/', here))
        .map((name) => `schemas/${name}`)
        .sort(),
    ).toEqual(names.sort());
  });

  it('would be noticed if it drifted', () => {
    const altered = (path: string) =>
      path === 'schemas/release.json'
        ? committed(path).replace('"Release"', '"Relase"')
        : committed(path);
    expect(drifted(altered)).toEqual(['schemas/release.json']);
  });

  it('gives every schema an id of its own', () => {
    const ids = [...specFiles()]
      .filter(([path]) => path.startsWith('schemas/'))
      .map(([, text]) => (JSON.parse(text) as { $id: string }).$id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids)
      expect(id).toMatch(/^https:\/\/selvedge\.dev\/schemas\/v1\/[a-z-]+\.json$/);
  });
});

describe('the schema of a compiled policy', () => {
  const schema = Compile(JSON.parse(committed('schemas/policy.json')) as TSchema) as {
    Check(value: unknown): boolean;
  };
  const yes: Expression = ['lit', true];
  const withTree = (when: unknown) => ({
    ...defaultPolicy('a/b'),
    constraints: [{ id: 'x', code: 'rule', when, require: yes }],
  });

  it.each<[Expression]>([
    [['lit', false]],
    [['has', 'device.battery']],
    [['not', ['and', yes, ['or', yes, yes, yes]]]],
    [['in', ['fact', 'candidate.tier'], ['lit', ['edge', 'cloud']]]],
    [['lt', ['add', ['fact', 'candidate.cost'], ['lit', 1]], ['div', ['lit', 1], ['lit', 2]]]],
  ])('holds the tree %j that a device compiles', (tree) => {
    compileCondition(tree, 'p');
    expect(schema.Check(withTree(tree))).toBe(true);
  });

  it.each([
    [['xor', yes, yes]],
    [['fact', 'device.name']],
    [['not']],
    [['not', ['xor', yes]]],
    [[]],
    ['lit'],
  ])('refuses the tree %j that a device refuses', (tree) => {
    expect(() => compileRoute(withTree(tree) as CompiledPolicy)).toThrow();
    expect(schema.Check(withTree(tree))).toBe(false);
  });
});
