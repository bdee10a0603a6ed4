import { fail } from '../errors/index.ts';
import { type Expression, type FactPath, factTypes } from './policy.ts';
import { readers, type Term, type Value } from './scene.ts';

type Kind = 'string' | 'number' | 'boolean' | 'strings' | 'numbers';

interface Typed {
  readonly kind: Kind;
  readonly term: Term;
}

/** Trees deeper than this are refused: a device must not run out of stack on a document. */
const maxDepth = 64;
/** So is a list of operands or values longer than this. */
const maxWidth = 256;

/**
 * Compiles a tree that yields true, false or undecided (`undefined`) to a closure.
 *
 * @param path names the tree in messages: `policy.json: constraints.0.when`.
 * @throws SelvedgeError `bad-document` naming the place in the tree and what was expected there,
 * both also as `details.field` and `details.expected`.
 */
export function compileCondition(tree: unknown, path: string): Term<boolean> {
  const { kind, term } = compile(tree, path, 0);
  if (kind !== 'boolean') malformed(path, `a condition, which is true or false, not a ${kind}`);
  return term as Term<boolean>;
}

function compile(tree: unknown, path: string, depth: number): Typed {
  if (depth > maxDepth) malformed(path, `at most ${maxDepth} levels`);
  if (!Array.isArray(tree)) malformed(path, 'an expression: ["operator", …]');
  if (tree.length > maxWidth) malformed(path, `at most ${maxWidth} operands`);
  const [operator, ...rest] = tree as [Expression[0], ...unknown[]];
  const at = (index: number) => `${path}[${index + 1}]`;
  const need = (count: number) => {
    if (rest.length !== count)
      malformed(path, `${count} operands for "${String(operator)}", not ${rest.length}`);
  };
  const operand = (index: number) => compile(rest[index], at(index), depth + 1);
  switch (operator) {
    case 'lit':
      need(1);
      return literal(rest[0], at(0));
    case 'fact': {
      need(1);
      const fact = factPath(rest[0], at(0));
      return { kind: factTypes[fact], term: readers[fact] };
    }
    case 'has': {
      need(1);
      const read = readers[factPath(rest[0], at(0))];
      return { kind: 'boolean', term: (scene) => read(scene) !== undefined };
    }
    case 'not': {
      need(1);
      const inner = expect(operand(0), 'boolean', at(0)) as Term<boolean>;
      return { kind: 'boolean', term: (scene) => not(inner(scene)) };
    }
    case 'and':
    case 'or': {
      if (rest.length === 0) malformed(path, `operands for "${String(operator)}"`);
      const terms = rest.map((_, i) => expect(operand(i), 'boolean', at(i)) as Term<boolean>);
      return { kind: 'boolean', term: settle(terms, operator === 'or') };
    }
    case 'eq':
    case 'ne':
      need(2);
      return equality(operator === 'eq', operand(0), operand(1), path);
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      need(2);
      return order(operator, number(operand(0), at(0)), number(operand(1), at(1)));
    case 'in':
      need(2);
      return membership(operand(0), operand(1), path);
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
      need(2);
      return arithmetic(operator, number(operand(0), at(0)), number(operand(1), at(1)));
    default:
      return malformed(
        `${path}[0]`,
        `an operator this version knows, not ${JSON.stringify(operator)}`,
      );
  }
}

function malformed(path: string, expected: string): never {
  return fail('bad-document', `${path}: expected ${expected}`, {
    details: { field: path, expected },
  });
}

function expect(typed: Typed, kind: Kind, path: string): Term {
  if (typed.kind !== kind) malformed(path, `a ${kind}, not a ${typed.kind}`);
  return typed.term;
}

const number = (typed: Typed, path: string) => expect(typed, 'number', path) as Term<number>;

function literal(value: unknown, path: string): Typed {
  if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) {
    return { kind: typeof value as Kind, term: () => value as Value };
  }
  if (Array.isArray(value)) {
    const kind = listKind(value);
    if (kind) return { kind, term: () => value as readonly string[] };
  }
  return malformed(
    path,
    'a string, a finite number, a boolean, or a list of at most 256 strings or numbers',
  );
}

function listKind(list: readonly unknown[]): Kind | undefined {
  if (list.length > maxWidth) return undefined;
  if (list.every((item) => typeof item === 'string')) return 'strings';
  if (list.every((item) => Number.isFinite(item))) return 'numbers';
  return undefined;
}

function factPath(path: unknown, at: string): FactPath {
  if (typeof path === 'string' && Object.hasOwn(factTypes, path)) return path as FactPath;
  return malformed(at, `one of ${Object.keys(factTypes).join(', ')}, not ${JSON.stringify(path)}`);
}

const not = (value: boolean | undefined) => (value === undefined ? undefined : !value);

/** Kleene's `or` (`winner` true) or `and` (`winner` false): the winner settles it, else unknown spreads. */
function settle(terms: readonly Term<boolean>[], winner: boolean): Term<boolean> {
  const [first, ...rest] = terms as [Term<boolean>, ...Term<boolean>[]];
  if (rest.length === 0) return first;
  const others = settle(rest, winner);
  return (scene) => {
    const a = first(scene);
    if (a === winner) return winner;
    const b = others(scene);
    if (b === winner) return winner;
    return a === undefined || b === undefined ? undefined : !winner;
  };
}

function equality(same: boolean, left: Typed, right: Typed, path: string): Typed {
  if (left.kind !== right.kind)
    malformed(path, `two of one type, not ${left.kind} and ${right.kind}`);
  if (left.kind === 'strings' || left.kind === 'numbers')
    malformed(path, 'single values; test lists with "in"');
  const [a, b] = [left.term, right.term];
  const term: Term = (scene) => {
    const x = a(scene);
    const y = b(scene);
    return x === undefined || y === undefined ? undefined : (x === y) === same;
  };
  return { kind: 'boolean', term };
}

function order(operator: 'lt' | 'le' | 'gt' | 'ge', a: Term<number>, b: Term<number>): Typed {
  if (operator === 'gt' || operator === 'ge') return order(operator === 'gt' ? 'lt' : 'le', b, a);
  const orEqual = operator === 'le';
  const term: Term = (scene) => {
    const x = a(scene);
    const y = b(scene);
    return x === undefined || y === undefined ? undefined : x < y || (orEqual && x === y);
  };
  return { kind: 'boolean', term };
}

function membership(item: Typed, list: Typed, path: string): Typed {
  const fits =
    (item.kind === 'string' && list.kind === 'strings') ||
    (item.kind === 'number' && list.kind === 'numbers');
  if (!fits) malformed(path, `an item and a list of its type, not ${item.kind} in ${list.kind}`);
  const [x, xs] = [item.term, list.term as Term<readonly (string | number)[]>];
  const term: Term = (scene) => {
    const value = x(scene);
    const values = xs(scene);
    return value === undefined || values === undefined
      ? undefined
      : values.includes(value as string);
  };
  return { kind: 'boolean', term };
}

function arithmetic(
  operator: 'add' | 'sub' | 'mul' | 'div',
  a: Term<number>,
  b: Term<number>,
): Typed {
  const compute = {
    add: (x: number, y: number) => x + y,
    sub: (x: number, y: number) => x - y,
    mul: (x: number, y: number) => x * y,
    div: (x: number, y: number) => x / y,
  }[operator];
  const term: Term = (scene) => {
    const x = a(scene);
    const y = b(scene);
    if (x === undefined || y === undefined) return undefined;
    const result = compute(x, y);
    return Number.isFinite(result) ? result : undefined;
  };
  return { kind: 'number', term };
}
