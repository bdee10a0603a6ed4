import { type Binding, type CodeFunction, type Expr, embedded, pathOf } from '../language/code.ts';
import { argumentsFor } from './arguments.ts';
import { bindingsNamed } from './bindings.ts';
import { ranBy } from './handed-over.ts';
import { importsOf } from './opened-for-all.ts';
import { callOrigins } from './origin-calls.ts';
import { typeOrigins } from './origin-types.ts';
import { moduleOf, type Origin, ownFile } from './own-code.ts';
import type { Project } from './project.ts';
import type { Site } from './site.ts';
import type { SourceFile } from './source-file.ts';
import { filesKeeping } from './top-level.ts';
import type { Tracing } from './tracing.ts';

/** Longer chains of `a = b; b = c` are not followed; they may go round. */
const maxSteps = 12;
/** Where every name may be many things, what was found until then has to do. */
const maxVisits = 500;

/**
 * Follows names through assignments, declared types, parameters, fields and imports, across files,
 * to the modules that they come from. Several where the code leaves it open.
 */
export function originsOf(expr: Expr, site: Site, project: Project): Origin[] {
  const known = traced.get(project) ?? new Map<Expr, Origin[]>();
  traced.set(project, known);
  const before = known.get(expr);
  if (before) return before;
  const found = new Tracer(project).trace(expr, site, maxSteps);
  known.set(expr, found);
  return found;
}

/** An expression stands in one place, and is asked about by many. */
const traced = new WeakMap<Project, Map<Expr, Origin[]>>();

class Tracer implements Tracing {
  readonly project: Project;
  readonly #seen = new Set<Expr>();
  #visits = 0;

  constructor(project: Project) {
    this.project = project;
  }

  mayVisit(): boolean {
    return this.#visits++ <= maxVisits;
  }

  trace(expr: Expr, site: Site, steps: number): Origin[] {
    if (steps <= 0 || this.#seen.has(expr) || !this.mayVisit()) return [];
    this.#seen.add(expr);
    // A chain of calls ends by itself, however long a builder's is: going down it is no step.
    const isChain = expr.is === 'call' || expr.is === 'member';
    const found = distinct(this.#step(expr, site, isChain ? steps : steps - 1));
    this.#seen.delete(expr);
    return found;
  }

  #step(expr: Expr, site: Site, steps: number): Origin[] {
    switch (expr.is) {
      case 'name':
        return this.name(expr.name, site, steps);
      case 'member':
        return this.#member(expr.of, expr.name, site, steps);
      case 'call':
        return callOrigins(ranBy(expr) ?? expr.callee, expr.args[0]?.value, site, steps, this);
      case 'record':
        return expr.type === undefined ? [] : typeOrigins(expr.type, site, steps, this);
      case 'list':
        return expr.any ? expr.items.flatMap((item) => this.trace(item, site, steps)) : [];
      default:
        return [];
    }
  }

  name(name: string, site: Site, steps: number): Origin[] {
    const local = this.#local(name, site, steps);
    if (local) return local;
    const imports = importsOf(site.file, this.project);
    const named = imports.filter((each) => each.local === name);
    if (named.length > 0) return named.flatMap((each) => this.imported(each, site, steps));
    const beside = this.project.neighbours(site.file).filter((each) => each !== site.file);
    for (const file of [...beside, ...filesKeeping(name, site.file, this.project)]) {
      const found = this.bound(bindingsNamed(file.code, name).filter(isTopLevel), { file }, steps);
      if (found.length > 0) return found;
    }
    if (isCrate(name, site)) return [{ module: name, path: [], opened: false }];
    return imports
      .filter(({ local }) => local === '*')
      .map(({ module }) => ({ module, path: [name], opened: true }));
  }

  /** A variable, parameter, field or top-level name of this file; `undefined`: none is called so. */
  #local(name: string, site: Site, steps: number): Origin[] | undefined {
    const bindings = bindingsNamed(site.file.code, name);
    for (let fn = site.fn; fn; fn = fn.outer) {
      const here = bindings.filter((each) => each.fn === fn);
      const found = this.bound(here, { ...site, fn }, steps);
      const param = fn.params.find((each) => each.name === name);
      if (found.length > 0 || (here.length > 0 && !param)) return found;
      if (param) return this.#param(fn, param, steps, site);
    }
    const field = this.#field(name, site, steps);
    if (field) return field;
    const top = bindings.filter(isTopLevel);
    if (top.length === 0) return undefined;
    const found = this.bound(top, { file: site.file }, steps);
    // `try: from x import y`, `except ImportError: y = None`: it is what was imported.
    const isImported = site.file.code.imports.some(({ local }) => local === name);
    return found.length === 0 && isImported ? undefined : found;
  }

  /** What a parameter is declared as, or else what callers give. */
  #param(fn: CodeFunction, param: Parameter, steps: number, site: Site): Origin[] {
    const declared = param.type === undefined ? [] : typeOrigins(param.type, site, steps, this);
    if (declared.length > 0) return declared;
    return argumentsFor(fn, param.name, this.project).flatMap(({ value, at }) =>
      this.trace(value, at, Math.min(steps, 6)),
    );
  }

  #field(name: string, site: Site, steps: number): Origin[] | undefined {
    if (site.owner === undefined) return undefined;
    const { code } = site.file;
    const found = [
      ...bindingsNamed(code, `this.${name}`),
      ...(site.file.language.id === 'go' ? [] : bindingsNamed(code, name).filter(assigns)),
    ].filter((each) => each.owner === site.owner);
    if (found.length > 0) return this.bound(found, site, steps);
    const inherited = this.project.inheritedField(site.owner, name, site.file.language);
    if (inherited.length === 0) return this.#beside(name, site.owner, site.file, steps);
    return inherited.flatMap(({ file, binding }) => this.bound([binding], { file }, steps));
  }

  /** A field of a struct that another file of the package declares (Go). */
  #beside(name: string, owner: string, file: SourceFile, steps: number): Origin[] | undefined {
    if (file.language.id !== 'go') return undefined;
    const near = this.project.neighbours(file);
    for (const other of this.project.declaring(owner, file.language)) {
      if (other === file || !near.includes(other)) continue;
      const found = bindingsNamed(other.code, `this.${name}`).filter(
        (each) => each.owner === owner,
      );
      if (found.length > 0) return this.bound(found, { file: other, owner }, steps);
    }
    return undefined;
  }

  /** A member that a struct has from the types that it embeds. */
  #embedded(name: string, site: Site, steps: number): Origin[] {
    const found = bindingsNamed(site.file.code, embedded).filter(
      (each) => each.owner === site.owner,
    );
    return this.bound(found, site, steps).map((origin) => ({
      ...origin,
      path: [...origin.path, name],
    }));
  }

  bound(bindings: readonly Binding[], site: Site, steps: number): Origin[] {
    return bindings.flatMap((binding) => {
      const at = { ...site, fn: binding.fn ?? site.fn, owner: binding.owner ?? site.owner };
      const declared =
        binding.type === undefined ? [] : typeOrigins(binding.type, at, steps - 1, this);
      const values = binding.value ? this.trace(binding.value, at, steps - 1) : [];
      return [...declared, ...values];
    });
  }

  imported(
    { module, name }: { readonly module: string; readonly name?: string },
    site: Site,
    steps: number,
  ): Origin[] {
    const files = this.project.imported(site.file, {
      module,
      ...(name !== undefined && { name }),
    });
    const kept = name === undefined ? [] : filesKeeping(name, site.file, this.project);
    if (files.length + kept.length === 0)
      return [{ module, path: name === undefined ? [] : [name], opened: false }];
    return [...files, ...kept].flatMap((file) => this.#exported(file, name, steps));
  }

  #exported(file: SourceFile, name: string | undefined, steps: number): Origin[] {
    const whole = {
      module: moduleOf(file.path),
      path: name === undefined ? [] : [name],
      opened: false,
    };
    if (name === undefined) return [whole];
    const inside = this.bound(bindingsNamed(file.code, name).filter(isTopLevel), { file }, steps);
    const passed = file.code.passedOn
      .filter((each) => each.as === name || each.name === undefined)
      .flatMap((each) =>
        this.imported({ module: each.module, name: each.name ?? name }, { file }, steps),
      );
    // What `export default Store` means has that name in its own file.
    const meant = name === 'default' ? bindingsNamed(file.code, name) : [];
    const own = meant.flatMap(({ value }) =>
      value?.is === 'name' ? { ...whole, path: [value.name] } : [],
    );
    return [whole, ...own, ...inside, ...passed];
  }

  #member(of: Expr, name: string, site: Site, steps: number): Origin[] {
    if (
      of.is === 'name' &&
      (of.name === 'this' || of.name === site.fn?.receiver || isReceiver(of.name, site))
    )
      return this.#field(name, site, steps) ?? this.#embedded(name, site, steps);
    const kept = this.#kept(of, site, steps);
    if (kept.length > 0) return kept;
    return this.trace(of, site, steps).flatMap((origin) => this.memberOf(origin, name, steps));
  }

  /** What is put into a table under some key: `self.agents[user] = initialize_agent(…)`. */
  #kept(table: Expr, site: Site, steps: number): Origin[] {
    if (site.file.language.id !== 'python') return [];
    const path = pathOf(table);
    if (path.length > 2 || (path.length === 2 && path[0] !== 'this')) return [];
    const entries = bindingsNamed(site.file.code, `${path.join('.')}[]`).filter(
      (each) => each.owner === site.owner,
    );
    return this.bound(entries, site, steps);
  }

  /** A field of one of the codebase's own classes is what it was given; other members are names. */
  memberOf(origin: Origin, name: string, steps: number): Origin[] {
    const further = { ...origin, path: [...origin.path, name] };
    const path = ownFile(origin);
    const file = path === undefined ? undefined : this.project.at(path);
    if (!file) return [further];
    const owner = origin.path.at(-1);
    const site = { file, owner };
    const field = owner === undefined ? undefined : this.#field(name, site, steps);
    const top = origin.path.length === 0 ? this.#exported(file, name, steps) : [];
    return [further, ...(field ?? []), ...top];
  }
}

type Parameter = CodeFunction['params'][number];

const isTopLevel = ({ fn, owner }: Binding): boolean => fn === undefined && owner === undefined;

/** In Java and C#, a field may be assigned without `this`; in Go, a name alone is a variable. */
const assigns = ({ fn, value }: Binding): boolean => fn !== undefined && value !== undefined;

function isReceiver(name: string, { fn }: Site): boolean {
  for (let at = fn; at; at = at.outer) if (at.receiver === name) return true;
  return false;
}

function distinct(origins: readonly Origin[]): Origin[] {
  const found = new Map(origins.map((each) => [`${each.module} ${each.path.join('.')}`, each]));
  return [...found.values()].slice(0, 24);
}

/** A path of Rust may begin with a crate that nothing imports: `async_openai::Client::new()`. */
const isCrate = (name: string, { file: { language, text } }: Site): boolean =>
  language.id === 'rust' && /^[a-z]\w+$/.test(name) && text.includes(`${name}::`);
