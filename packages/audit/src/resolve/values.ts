import type { Binding, CodeFunction, Expr, RecordExpr } from '../language/code.ts';
import { argumentsFor, type Given, isConstructor } from './arguments.ts';
import { bindingsNamed } from './bindings.ts';
import type { Project } from './project.ts';
import type { Site } from './site.ts';
import { filesKeeping } from './top-level.ts';

const maxSteps = 8;
const maxValues = 12;
const maxVisits = 300;

/**
 * The expressions that a name, a member or a call stands for: through assignments, fields, records,
 * what constructors are given, imports, what index files pass on, and what functions of the codebase
 * give back. An expression that stands for itself is its own value.
 */
export function valuesOf(expr: Expr, site: Site, project: Project): Given[] {
  if (site.call) return new Follower(project).follow(expr, site, maxSteps);
  const known = followed.get(project) ?? new Map<Expr, Given[]>();
  followed.set(project, known);
  const before = known.get(expr);
  if (before) return before;
  const found = new Follower(project).follow(expr, site, maxSteps);
  known.set(expr, found);
  return found;
}

/** An expression stands in one place, and is asked about by many. */
const followed = new WeakMap<Project, Map<Expr, Given[]>>();

class Follower {
  readonly #project: Project;
  readonly #seen = new Set<Expr>();
  #visits = 0;

  constructor(project: Project) {
    this.#project = project;
  }

  follow(expr: Expr, site: Site, steps: number): Given[] {
    if (steps === 0 || this.#seen.has(expr) || this.#visits++ > maxVisits) return [];
    this.#seen.add(expr);
    const found = this.#step(expr, site, steps - 1).slice(0, maxValues);
    this.#seen.delete(expr);
    return found;
  }

  #step(expr: Expr, site: Site, steps: number): Given[] {
    switch (expr.is) {
      case 'name':
        return this.#name(expr.name, site, steps);
      case 'member':
        return this.#member(expr.of, expr.name, site, steps);
      case 'call':
        return [{ value: expr, at: site }, ...this.#returned(expr.callee, site, steps)];
      case 'list':
        if (expr.any) return expr.items.flatMap((item) => this.follow(item, site, steps));
        return [{ value: expr, at: site }];
      default:
        return [{ value: expr, at: site }];
    }
  }

  #name(name: string, site: Site, steps: number): Given[] {
    const bindings = bindingsNamed(site.file.code, name);
    for (let fn = site.fn; fn; fn = fn.outer) {
      const here = bindings.filter((each) => each.fn === fn);
      const found = this.#bound(here, { ...site, fn }, steps);
      if (found.length > 0) return found;
      if (fn.params.some((each) => each.name === name)) return this.#param(fn, name, steps);
    }
    const field = this.#field(name, site, steps);
    return field.length > 0 ? field : this.#exported(name, site.file, steps);
  }

  /** What a constructor is given belongs to the object; other functions may be given anything. */
  #param(fn: CodeFunction, name: string, steps: number): Given[] {
    if (!isConstructor(fn)) return [];
    return argumentsFor(fn, name, this.#project).flatMap(({ value, at }) =>
      this.follow(value, at, steps),
    );
  }

  #field(name: string, site: Site, steps: number): Given[] {
    if (site.owner === undefined) return [];
    const fields = bindingsNamed(site.file.code, `this.${name}`).filter(
      (each) => each.owner === site.owner,
    );
    const found = this.#bound(fields, site, steps);
    if (found.length > 0) return found;
    return this.#project
      .inheritedField(site.owner, name, site.file.language)
      .flatMap(({ file, binding }) => this.#bound([binding], { file }, steps));
  }

  #bound(bindings: readonly Binding[], site: Site, steps: number): Given[] {
    return bindings.flatMap(({ value, fn, owner }) =>
      value
        ? this.follow(value, { ...site, fn: fn ?? site.fn, owner: owner ?? site.owner }, steps)
        : [],
    );
  }

  /** A name of a file's own, or one that it imports or passes on. */
  #exported(name: string, file: Site['file'], steps: number): Given[] {
    if (steps <= 0) return [];
    const top = bindingsNamed(file.code, name).filter(
      (each) => each.fn === undefined && each.owner === undefined,
    );
    const found = this.#bound(top, { file }, steps);
    if (found.length > 0) return found;
    const imported = [
      ...file.code.imports
        .filter(({ local }) => local === name)
        .map((each) => ({ module: each.module, name: each.name ?? name })),
      ...file.code.passedOn
        .filter((each) => each.as === name || each.name === undefined)
        .map((each) => ({ module: each.module, name: each.name ?? name })),
    ];
    return [
      ...imported.flatMap((each) =>
        this.#project
          .imported(file, each)
          .filter((other) => other !== file)
          .flatMap((other) => this.#exported(each.name, other, steps - 1)),
      ),
      ...[...this.#project.neighbours(file), ...filesKeeping(name, file, this.#project)]
        .filter((other) => other !== file)
        .flatMap((other) => {
          const there = bindingsNamed(other.code, name).filter(
            (each) => each.fn === undefined && each.owner === undefined,
          );
          return this.#bound(there, { file: other }, steps);
        }),
    ];
  }

  #member(of: Expr, name: string, site: Site, steps: number): Given[] {
    if (of.is === 'name') {
      if (of.name === 'this' || of.name === site.fn?.receiver)
        return this.#field(name, site, steps);
      const module = site.file.code.imports.filter(
        (each) => each.local === of.name && each.name === undefined,
      );
      const found = module
        .flatMap((each) => this.#project.imported(site.file, each))
        .flatMap((file) => this.#exported(name, file, steps));
      if (found.length > 0) return found;
    }
    return this.follow(of, site, steps).flatMap(({ value, at }) =>
      this.#part(value, name, at, steps),
    );
  }

  /** An entry of a record, or a field of an object of the codebase's own class. */
  #part(value: Expr, name: string, at: Site, steps: number): Given[] {
    if (value.is === 'record')
      return entriesOf(value, name).flatMap((each) => this.follow(each, at, steps));
    if (value.is !== 'call' || value.callee.is !== 'name') return [];
    const owner = value.callee.name;
    return this.#project
      .declaring(owner, at.file.language)
      .flatMap((file) => this.#field(name, { file, owner }, steps));
  }

  /** What a function of the codebase gives back. */
  #returned(callee: Expr, site: Site, steps: number): Given[] {
    if (callee.is !== 'name' && callee.is !== 'member') return [];
    const { name } = callee;
    const isOwn = this.#project.functionsNamed(name).length;
    if (isOwn === 0 || isOwn > 3) return [];
    return this.#project
      .returnsOf(name)
      .filter(({ file }) => file.language.id === site.file.language.id)
      .flatMap(({ file, binding }) => this.#bound([binding], { file }, steps));
  }
}

/** A record's entry; where a key is computed, any of entries that are alike. */
function entriesOf({ entries }: RecordExpr, name: string): Expr[] {
  const exact = entries.filter(([key]) => key === name).map(([, value]) => value);
  if (exact.length > 0) return exact;
  const values = entries.map(([, value]) => value);
  const isAlike = (kind: Expr['is']) => values.every((each) => each.is === kind);
  return values.length > 1 && (isAlike('text') || isAlike('record')) ? values : [];
}
