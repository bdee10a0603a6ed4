import { type Binding, type Expr, pathOf } from '../language/code.ts';
import type { Given } from './arguments.ts';
import { bindingsNamed } from './bindings.ts';
import type { Project } from './project.ts';
import type { Site } from './site.ts';
import type { SourceFile } from './source-file.ts';
import { valuesOf } from './values.ts';

/**
 * What is looked up in a table of functions or classes, each as the table names it: of
 * `table[kind]`, `table[kind]["make"]`, `table.get(kind)`, and of a variable that is one of these.
 */
export function lookedUpIn(expr: Expr, site: Site, project: Project): Given[] {
  if (!/^(python|javascript)$/.test(site.file.language.id)) return [];
  if (expr.is === 'name') {
    const values = variable(expr.name, site);
    return values.flatMap((value) => lookUp(value, site, project)).slice(0, maxEntries);
  }
  return lookUp(expr, site, project).slice(0, maxEntries);
}

/** Larger tables hold what one of these holds. */
const maxEntries = 24;
/** More of one name in a file say nothing new. */
const maxTables = 16;
const maxNesting = 3;

function variable(name: string, { file, fn }: Site): Expr[] {
  for (let at = fn; at; at = at.outer) {
    const here = bindingsNamed(file.code, name).filter((each) => each.fn === at);
    if (here.length > 0) return here.flatMap(({ value }) => value ?? []);
  }
  return [];
}

function lookUp(expr: Expr, site: Site, project: Project): Given[] {
  const isAsked = expr.is === 'call' && expr.callee.is === 'member' && asks.test(expr.callee.name);
  if (!isAsked && (expr.is !== 'member' || ownMethods.test(expr.name))) return [];
  const whole = pathOf(expr);
  const isField = whole[0] === 'this';
  const [name = '', ...keys] = isField ? whole.slice(1) : whole;
  const key = keys.at(-1);
  if (key === undefined) return [];
  if (expr.is === 'member' && expr.of.is === 'call') return givenBack(expr.of, key, site, project);
  const tables = tablesOf(project);
  const meant = isField
    ? tables.in(site.file, name).filter(({ owner }) => owner === site.owner)
    : tables.seen(name, site);
  return meant.flatMap(({ file, owner, fn, leaves }) => {
    const exact = isAsked ? [] : leaves.filter(([each]) => each === key);
    return (exact.length > 0 ? exact : leaves).map(([, value]) => ({
      value,
      at: { file, fn, owner },
    }));
  });
}

/** What a function of the codebase gives back under a name: `const { ask } = settings();`. */
const givenBack = (call: Expr, key: string, site: Site, project: Project): Given[] =>
  valuesOf(call, site, project).flatMap(({ value, at }) =>
    value.is === 'record'
      ? value.entries.flatMap(([name, part]) =>
          name === key && entry(name, part).length > 0 ? [{ value: part, at }] : [],
        )
      : [],
  );

/** `table.get(key)`. */
const asks = /^(get|pop|at)$/;

/** What any table is asked, whatever it holds. */
const ownMethods =
  /^(get|pop|at|keys|values|items|update|setdefault|copy|clear|has|set|delete|map|filter|forEach|find|some|every|reduce|includes|hasOwnProperty|toString|append|push|index|join|entries)$/;

interface Table {
  readonly fn: Binding['fn'] | undefined;
  readonly owner: string | undefined;
  readonly file: SourceFile;
  readonly leaves: readonly (readonly [key: string, value: Expr])[];
}

const known = new WeakMap<Project, Tables>();

function tablesOf(project: Project): Tables {
  const tables = known.get(project) ?? new Tables(project);
  known.set(project, tables);
  return tables;
}

/** The tables of a codebase that hold names, by file and by their own: most records hold none. */
class Tables {
  readonly #project: Project;
  readonly #byFile = new Map<SourceFile, Map<string, Table[]>>();
  /** Names of those that other files may import. */
  readonly #shared = new Set<string>();
  readonly #imported = new Map<SourceFile, Map<string, readonly Table[]>>();

  constructor(project: Project) {
    this.#project = project;
    project.eachFile((file) => {
      if (/^(python|javascript)$/.test(file.language.id)) this.#keep(file);
    });
  }

  #keep(file: SourceFile): void {
    const here = new Map<string, Table[]>();
    for (const { name, value, fn, owner } of file.code.bindings) {
      if (!value) continue;
      const leaves = name.endsWith('[]') ? entry('', value) : namesIn(value, maxNesting);
      if (leaves.length === 0) continue;
      const label = name.replace(/\[\]$/, '').replace(/^this\./, '');
      const tables = here.get(label) ?? [];
      here.set(label, tables);
      if (tables.length < maxTables) tables.push({ file, fn, owner, leaves });
      if (fn === undefined && owner === undefined) this.#shared.add(label);
    }
    if (here.size > 0) this.#byFile.set(file, here);
  }

  in(file: SourceFile, name: string): readonly Table[] {
    return this.#byFile.get(file)?.get(name) ?? [];
  }

  /** Those that a name means where it stands: of a function around, of the file, or imported. */
  seen(name: string, { file, fn }: Site): readonly Table[] {
    const here = this.in(file, name).filter(({ owner, fn: of }) => of || owner === undefined);
    for (let at = fn; at; at = at.outer) {
      const found = here.filter((each) => each.fn === at);
      if (found.length > 0) return found;
    }
    const top = here.filter((each) => each.fn === undefined);
    return top.length > 0 || !this.#shared.has(name) ? top : this.#passedIn(name, file);
  }

  #passedIn(name: string, file: SourceFile): readonly Table[] {
    const before = this.#imported.get(file) ?? new Map<string, readonly Table[]>();
    this.#imported.set(file, before);
    const found =
      before.get(name) ??
      file.code.imports
        .filter(({ local }) => local === name)
        .flatMap((each) => this.#project.imported(file, each))
        .flatMap((from) => this.in(from, name).filter((each) => each.fn === undefined));
    before.set(name, found);
    return found;
  }
}

function namesIn(record: Expr, depth: number): [string, Expr][] {
  if (record.is !== 'record' || depth === 0) return [];
  return record.entries.flatMap(([key, value]) => [
    ...entry(key, value),
    ...namesIn(value, depth - 1),
  ]);
}

const entry = (key: string, value: Expr): [string, Expr][] =>
  value.is === 'name' || value.is === 'member' ? [[key, value]] : [];
