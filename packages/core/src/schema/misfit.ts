import type { TSchema } from 'typebox';
import { Errors } from 'typebox/value';
import { nearest } from './nearest.ts';

/** What does not fit a schema, in words. */
export interface Misfit {
  /** Dotted path of the value, `(top)` for the whole. */
  readonly field: string;
  /** What is wrong with it, to be read after the field: `must be a string, not 3`. */
  readonly problem: string;
  /** What to do, where more than the problem can be said. */
  readonly hint: string;
}

type SchemaError = ReturnType<typeof Errors>[number];
type Node = Readonly<Record<string, unknown>>;

/**
 * The first thing in `value` that does not fit `schema`. Of a union only the choice itself is
 * reported, not each branch that failed.
 */
export function firstMisfit(schema: TSchema, value: unknown): Misfit {
  const errors = Errors(schema, value).filter(({ keyword }) => keyword !== 'boolean');
  const error = mostTelling(errors);
  if (error === undefined) return { field: '(top)', problem: 'does not fit', hint: '' };
  const segments = error.instancePath.split('/').slice(1).map(unescapePointer);
  const node = schemaAt(schema as Node, error.schemaPath);
  const found = valueAt(value, segments);
  const { problem, hint, key } = explain(error, node, found, errors);
  const path = key === undefined ? segments : [...segments, key];
  return { field: path.join('.') || '(top)', problem, hint: hint ?? describe(node) };
}

/** A union's own error before its branches'; a mistyped key before the key that is missing for it. */
function mostTelling(errors: readonly SchemaError[]): SchemaError | undefined {
  const first = errors.find(({ schemaPath }) => !schemaPath.includes('/anyOf/')) ?? errors[0];
  if (first?.keyword !== 'required') return first;
  const mistyped = (one: SchemaError) =>
    one.keyword === 'additionalProperties' && one.instancePath === first.instancePath;
  return errors.find(mistyped) ?? first;
}

interface Explanation {
  readonly problem: string;
  readonly hint?: string;
  /** The key of the value that it is about, where it is not the value itself. */
  readonly key?: string;
}

function explain(
  error: SchemaError,
  node: Node,
  found: unknown,
  all: readonly SchemaError[],
): Explanation {
  const params = error.params as Record<string, unknown>;
  const not = `, not ${show(found)}`;
  if (found === undefined) return { problem: 'is missing', hint: '' };
  switch (error.keyword as string) {
    case 'required':
      return { problem: 'is missing', hint: '', key: (params.requiredProperties as string[])[0]! };
    case 'additionalProperties':
      return unknownKey((params.additionalProperties as string[])[0]!, node);
    case 'type':
      return { problem: `must be ${typeName(params.type)}${not}` };
    case 'const':
      return { problem: `must be ${show(params.allowedValue)}${not}` };
    case 'anyOf':
      return { problem: `must be ${choices(error, all)}${not}` };
    case 'pattern':
      return {
        problem: `must be ${describe(node).replace(/^it is /, '') || `of the form ${params.pattern}`}${not}`,
        hint: '',
      };
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return {
        problem: `must be ${comparison[params.comparison as string]} ${params.limit}${not}`,
      };
    case 'minItems':
    case 'minLength':
      return { problem: `must have at least ${params.limit} ${plural(error.keyword)}` };
    case 'maxItems':
    case 'maxLength':
      return { problem: `must have at most ${params.limit} ${plural(error.keyword)}` };
    default:
      return { problem: error.message };
  }
}

const comparison: Readonly<Record<string, string>> = {
  '>=': 'at least',
  '<=': 'at most',
  '>': 'more than',
  '<': 'less than',
};

const plural = (keyword: string) => (keyword.endsWith('Items') ? 'items' : 'characters');

const names: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys to values',
  null: 'null',
};

const typeName = (type: unknown) =>
  [type]
    .flat()
    .map((one) => names[String(one)] ?? String(one))
    .join(' or ');

function unknownKey(key: string, node: Node): Explanation {
  const known = Object.keys((node.properties as object | undefined) ?? {});
  if (known.length === 0) {
    const [pattern] = Object.keys((node.patternProperties as object | undefined) ?? {});
    return {
      problem: `is no key that may stand here`,
      hint: pattern ? `keys match ${pattern}` : '',
      key,
    };
  }
  const meant = nearest(key, known);
  const hint = meant === undefined ? `known are ${known.join(', ')}` : `did you mean "${meant}"?`;
  return { problem: `unknown key "${key}"`, hint };
}

/** The constants, or else the types, that the branches of a union ask for. */
function choices(union: SchemaError, all: readonly SchemaError[]): string {
  const branches = all.filter(
    ({ schemaPath, instancePath }) =>
      schemaPath.startsWith(`${union.schemaPath}/anyOf/`) && instancePath === union.instancePath,
  );
  const constants = branches.filter(({ keyword }) => keyword === 'const');
  if (constants.length > 0) {
    return `one of ${constants.map(({ params }) => show((params as { allowedValue: unknown }).allowedValue)).join(', ')}`;
  }
  const types = branches.filter(({ keyword }) => keyword === 'type');
  if (types.length > 0)
    return types.map(({ params }) => typeName((params as { type: unknown }).type)).join(' or ');
  return 'of another form';
}

/** A value in a message: short, on one line. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

const describe = ({ description }: Node) =>
  typeof description === 'string' ? `it is ${description}` : '';

const unescapePointer = (segment: string) => segment.replaceAll('~1', '/').replaceAll('~0', '~');

function valueAt(value: unknown, segments: readonly string[]): unknown {
  return segments.reduce<unknown>(
    (inner, key) => (inner as Record<string, unknown> | undefined)?.[key],
    value,
  );
}

/** Follows `#/properties/a/…`. Keys may hold slashes (patterns do), so the longest key that fits is taken. */
function schemaAt(schema: Node, path: string): Node {
  let node = schema;
  let rest = path.replace(/^#\/?/, '');
  while (rest !== '') {
    const key = Object.keys(node)
      .filter((one) => rest === one || rest.startsWith(`${one}/`))
      .sort((a, b) => b.length - a.length)[0];
    if (key === undefined) return {};
    node = node[key] as Node;
    rest = rest.slice(key.length + 1);
  }
  return node;
}
