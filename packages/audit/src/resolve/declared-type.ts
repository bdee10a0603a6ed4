import { type Binding, type CodeFunction, type Expr, pathOf } from '../language/code.ts';
import type { Language } from '../language/languages.ts';
import { argumentsFor } from './arguments.ts';
import { bindingsNamed } from './bindings.ts';
import { fieldAskedBy } from './generated-getters.ts';
import { ranBy } from './handed-over.ts';
import type { Project } from './project.ts';
import type { Site } from './site.ts';
import type { SourceFile } from './source-file.ts';
import { lookedUpIn } from './tables.ts';

/**
 * The names in the type that a variable, parameter or field is declared with: of `List<Assistant>`
 * both. None where it is declared without, or is none of these.
 */
export function declaredTypesOf(expr: Expr, site: Site): string[] {
  const type = declaredAs(expr, site);
  return type === undefined ? [] : namesIn(type);
}

/** The type that is written where an expression is declared. */
function declaredAs(expr: Expr, site: Site): string | undefined {
  if (expr.is === 'member')
    return expr.of.is === 'name' && expr.of.name === 'this'
      ? fieldType(expr.name, site)
      : undefined;
  if (expr.is !== 'name') return undefined;
  const bindings = bindingsNamed(site.file.code, expr.name);
  for (let fn = site.fn; fn; fn = fn.outer) {
    const here = bindings.filter((each) => each.fn === fn);
    const type =
      here.find((each) => each.type !== undefined)?.type ??
      fn.params.find(({ name }) => name === expr.name)?.type;
    if (type !== undefined) return type;
    if (here.length > 0) return undefined;
  }
  return fieldType(expr.name, site);
}

const maxSteps = 8;
/** What callers give is followed less far: each has callers of its own. */
const maxGivenSteps = 4;
/** Functions of one name that may all be meant, where nothing says which. */
const maxSame = 3;

/**
 * The codebase's own types that an expression may be of: what it is declared with, or else what makes
 * it, be that a type's own name, a function that is declared to give one, or a field of another type.
 */
export function ownTypesOf(expr: Expr, site: Site, project: Project): string[] {
  const known = asked.get(project) ?? new Map<Expr, string[]>();
  asked.set(project, known);
  const before = known.get(expr);
  if (before) return before;
  const types = new Typist(project).types(expr, site, maxSteps);
  const own = [...new Set(types)].filter(
    (type) => project.declaring(type, site.file.language).length > 0,
  );
  known.set(expr, own);
  return own;
}

/** What was found of expressions: many calls have one receiver. */
const asked = new WeakMap<Project, Map<Expr, string[]>>();

/** So many expressions are looked at for one; untyped code leads everywhere. */
const maxLooks = 400;

class Typist {
  readonly #project: Project;
  readonly #seen = new Set<Expr>();
  #looks = 0;

  constructor(project: Project) {
    this.#project = project;
  }

  types(expr: Expr, site: Site, steps: number): string[] {
    if (steps <= 0 || this.#seen.has(expr) || this.#looks++ > maxLooks) return [];
    this.#seen.add(expr);
    const found = this.#step(expr, site, steps);
    this.#seen.delete(expr);
    return found;
  }

  #step(expr: Expr, site: Site, steps: number): string[] {
    const declared = declaredAs(expr, site);
    if (declared !== undefined) return this.#names(declared, site.file);
    switch (expr.is) {
      case 'name':
        return this.#name(expr.name, site, steps - 1);
      case 'member':
        return this.#member(expr.of, expr.name, site, steps - 1);
      case 'call':
        return this.#call(ranBy(expr) ?? expr.callee, site, steps - 1);
      case 'list':
        return expr.any || isUntyped(site)
          ? expr.items.flatMap((item) => this.types(item, site, steps - 1))
          : [];
      case 'record':
        return isUntyped(site)
          ? expr.entries.flatMap(([, value]) => this.types(value, site, steps - 1))
          : [];
      default:
        return [];
    }
  }

  #name(name: string, site: Site, steps: number): string[] {
    const bindings = bindingsNamed(site.file.code, name);
    for (let fn = site.fn; fn; fn = fn.outer) {
      const here = bindings.filter((each) => each.fn === fn);
      if (here.length > 0) return this.#bound(here, { ...site, fn }, steps);
      if (fn.params.some((each) => each.name === name)) return this.#given(fn, name, site, steps);
    }
    const field = site.owner === undefined ? [] : this.#field(name, site.owner, site, steps);
    return field.length > 0 || !isUntyped(site) ? field : this.#top(name, site.file, steps);
  }

  /** Of a parameter that is declared without a type: what callers give. */
  #given(fn: CodeFunction, name: string, site: Site, steps: number): string[] {
    if (!isUntyped(site)) return [];
    return argumentsFor(fn, name, this.#project).flatMap(({ value, at }) =>
      this.types(value, at, Math.min(steps, maxGivenSteps)),
    );
  }

  /** What a file keeps under a name for all its functions, or another file whose name it imports. */
  #top(name: string, file: SourceFile, steps: number): string[] {
    if (steps <= 0) return [];
    const here = bindingsNamed(file.code, name).filter(
      ({ fn, owner }) => fn === undefined && owner === undefined,
    );
    if (here.length > 0) return this.#bound(here, { file }, steps);
    return file.code.imports
      .filter((each) => each.local === name && each.name !== undefined)
      .flatMap((each) =>
        this.#project
          .imported(file, each)
          .filter((other) => other !== file)
          .flatMap((other) => this.#top(each.name ?? name, other, steps - 1)),
      );
  }

  #member(of: Expr, name: string, site: Site, steps: number): string[] {
    const isSelf = of.is === 'name' && (of.name === 'this' || of.name === site.fn?.receiver);
    if (isSelf) return site.owner === undefined ? [] : this.#field(name, site.owner, site, steps);
    const kept = this.#kept(of, site, steps);
    if (kept.length > 0) return kept;
    return this.#ownersOf(of, site, steps).flatMap((owner) =>
      this.#field(name, owner, site, steps),
    );
  }

  /** What is put into a table under some key: `self.bots[kind] = make(kind)`. */
  #kept(table: Expr, site: Site, steps: number): string[] {
    const path = pathOf(table);
    if (!isUntyped(site) || path.length > 2) return [];
    const entries = bindingsNamed(site.file.code, `${path.join('.')}[]`).filter(
      ({ owner }) => owner === site.owner,
    );
    return this.#bound(entries, site, steps);
  }

  /** The types that a receiver is of, or the one that it names (`Store.shared`). */
  #ownersOf(of: Expr, site: Site, steps: number): string[] {
    if (of.is === 'name' && this.#project.isType(of.name)) return [of.name];
    return this.types(of, site, steps);
  }

  #field(name: string, owner: string, { file: { language } }: Site, steps: number): string[] {
    const own = this.#project.declaring(owner, language).flatMap((file) => {
      const fields = bindingsNamed(file.code, `this.${name}`).filter(
        (each) => each.owner === owner,
      );
      return this.#bound(fields, { file, owner }, steps);
    });
    if (own.length > 0) return own;
    const inherited = this.#project
      .inheritedField(owner, name, language)
      .flatMap(({ file, binding }) =>
        this.#bound([binding], { file, owner: binding.owner }, steps),
      );
    return inherited.length > 0 ? inherited : this.#property(name, owner, language, steps);
  }

  /** A property is what its function gives. */
  #property(name: string, owner: string, language: Language, steps: number): string[] {
    if (!/^(python|javascript)$/.test(language.id)) return [];
    const functions = this.#project
      .functionsNamed(name)
      .filter(({ owner: of, params }) => of === owner && params.length <= 1);
    return this.#results(name, functions, language, steps);
  }

  #bound(bindings: readonly Binding[], site: Site, steps: number): string[] {
    return bindings.flatMap(({ type, value, fn, owner }) => {
      if (type !== undefined) return this.#names(type, site.file);
      if (!value) return [];
      const at = { file: site.file, fn: fn ?? site.fn, owner: owner ?? site.owner };
      return this.types(value, at, steps);
    });
  }

  /** `Store()`, or what a function says that it gives. */
  #call(callee: Expr, site: Site, steps: number): string[] {
    const name = pathOf(callee).at(-1) ?? '';
    // Python's `cls(…)`.
    if (callee.is === 'name' && name === 'this')
      return site.owner === undefined ? [] : [site.owner];
    if (this.#project.isType(name)) return [name];
    const classes = lookedUpIn(callee, site, this.#project)
      .map(({ value }) => pathOf(value).at(-1) ?? '')
      .filter((each) => this.#project.isType(each));
    if (classes.length > 0) return classes;
    const all = this.#functionsOf(name, site.file);
    const owners = callee.is === 'member' ? this.#ownersOf(callee.of, site, steps) : [];
    const meant = all.filter(({ owner }) => owner !== undefined && owners.includes(owner));
    const functions = meant.length > 0 ? meant : all.length <= maxSame ? all : [];
    const given = this.#results(name, functions, site.file.language, steps);
    const field = given.length > 0 ? undefined : fieldAskedBy(callee, site.file.language.id);
    return field ? owners.flatMap((owner) => this.#field(field.name, owner, site, steps)) : given;
  }

  /** What functions are declared to give; where they are declared without, what they return. */
  #results(
    name: string,
    functions: readonly CodeFunction[],
    language: Language,
    steps: number,
  ): string[] {
    const isMeant = new Set(functions);
    const declared = functions.flatMap(({ result }) =>
      result === undefined ? [] : namesIn(result),
    );
    if (!/^(python|javascript)$/.test(language.id)) return declared;
    if (declared.some((type) => this.#project.isType(type))) return declared;
    return this.#project
      .returnsOf(name)
      .filter(({ file, binding: { fn } }) => file.language === language && fn && isMeant.has(fn))
      .flatMap(({ file, binding }) =>
        this.#bound([binding], { file, owner: binding.owner }, steps),
      );
  }

  /** The names in a written type; in Go not those of a package that is another's. */
  #names(type: string, file: SourceFile): string[] {
    if (file.language.id !== 'go') return namesIn(type);
    const own = type.replaceAll(/(\w+)\.\w+/g, (whole, local: string) => {
      const imported = file.code.imports.filter((each) => each.local === local);
      const isOther =
        imported.length > 0 &&
        imported.every((each) => this.#project.imported(file, each).length === 0);
      return isOther ? '' : whole;
    });
    return namesIn(own);
  }

  #functionsOf(name: string, { language }: SourceFile): readonly CodeFunction[] {
    return this.#project.functionsNamed(name).filter(({ owner }) => {
      if (owner === undefined) return true;
      return this.#project.declaring(owner, language).length > 0;
    });
  }
}

function fieldType(name: string, { file, owner }: Site): string | undefined {
  const field = bindingsNamed(file.code, `this.${name}`).find(
    (each) => each.owner === owner && each.type !== undefined,
  );
  return field?.type;
}

/** Where types are written seldom or never, values tell. */
const isUntyped = ({ file: { language } }: Site): boolean =>
  /^(python|javascript)$/.test(language.id);

const namesIn = (type: string): string[] => type.match(/[A-Za-z_]\w*/g) ?? [];
