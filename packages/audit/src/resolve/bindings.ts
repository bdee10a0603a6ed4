import type { Binding, Code, CodeFunction } from '../language/code.ts';

/** The bindings of one name in a file. A file has thousands, and is asked for each name many times. */
export const bindingsNamed = (code: Code, name: string): readonly Binding[] =>
  namesOf(code).bindings.get(name) ?? [];

/** The bindings of one field in a file, of whatever object: `this.url`, `client.url`. */
export const fieldsNamed = (code: Code, field: string): readonly Binding[] =>
  namesOf(code).fields.get(field) ?? [];

/** What the functions of one name in a file give back. */
export const returnsIn = (code: Code, name: string): readonly Binding[] =>
  namesOf(code).returns.get(name) ?? [];

/** The functions of one name in a file. */
export const functionsIn = (code: Code, name: string): readonly CodeFunction[] =>
  namesOf(code).functions.get(name) ?? [];

interface Names {
  readonly bindings: ReadonlyMap<string, readonly Binding[]>;
  readonly fields: ReadonlyMap<string, readonly Binding[]>;
  readonly returns: ReadonlyMap<string, readonly Binding[]>;
  readonly functions: ReadonlyMap<string, readonly CodeFunction[]>;
}

const known = new WeakMap<Code, Names>();

function namesOf(code: Code): Names {
  const before = known.get(code);
  if (before) return before;
  const bindings = Map.groupBy(code.bindings, ({ name }) => name);
  const names = {
    bindings,
    fields: Map.groupBy(
      code.bindings.filter(({ name }) => /^[^.]*\.[^.]*$/.test(name)),
      ({ name }) => name.slice(name.indexOf('.') + 1),
    ),
    returns: Map.groupBy(bindings.get('return') ?? [], ({ fn }) => fn?.name ?? ''),
    functions: Map.groupBy(code.functions, ({ name }) => name),
  };
  known.set(code, names);
  return names;
}
