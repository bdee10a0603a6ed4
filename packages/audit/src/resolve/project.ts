import type { Binding, CallSite, Code, CodeFunction, Expr, Import } from '../language/code.ts';
import type { Language } from '../language/languages.ts';
import { Families } from './families.ts';
import type { ModuleNames } from './module-names.ts';
import type { SourceFile } from './source-file.ts';

/** A call, and the file that it stands in. */
export interface PlacedCall {
  readonly file: SourceFile;
  readonly call: CallSite;
}

/** A binding, and the file that it stands in. */
export interface PlacedBinding {
  readonly file: SourceFile;
  readonly binding: Binding;
}

/** An expression, and the file that it stands in. */
export interface PlacedExpr {
  readonly file: SourceFile;
  readonly expr: Expr;
}

/** The files that were read, and which of them an import means. */
export class Project {
  readonly files: readonly SourceFile[];
  readonly #byPath = new Map<string, SourceFile>();
  readonly #byDirectory = new Map<string, SourceFile[]>();
  readonly #byOwner = new Map<string, SourceFile[]>();
  readonly #calls = new Map<string, PlacedCall[]>();
  readonly #functions = new Map<string, CodeFunction[]>();
  readonly #returns = new Map<string, PlacedBinding[]>();
  #fields: Map<string, PlacedBinding[]> | undefined;
  readonly #families = new Families();
  #entries: Map<string, PlacedExpr[]> | undefined;
  readonly #directories = new Set<string>();

  readonly #scripts = new Map<string, SourceFile[]>();
  readonly #names: ModuleNames;

  constructor(files: readonly SourceFile[], names: ModuleNames = () => []) {
    this.files = files;
    this.#names = names;
    for (const file of files) {
      this.#byPath.set(file.path, file);
      push(this.#byDirectory, directoryOf(file.path), file);
      for (const owner of ownersIn(file.code)) push(this.#byOwner, owner, file);
      for (const part of file.path.split('/').slice(0, -1)) this.#directories.add(part);
      this.#keep(file);
    }
  }

  #keep(file: SourceFile): void {
    for (const fn of file.code.functions) push(this.#functions, fn.name, fn);
    for (const binding of file.code.bindings)
      if (binding.name === 'return' && binding.fn && binding.fn.name !== '')
        push(this.#returns, binding.fn.name, { file, binding });
    for (const call of file.code.calls)
      for (const name of namesCalled(call)) push(this.#calls, name, { file, call });
    for (const type of file.code.types) this.#families.add(type);
  }

  /** The file at a path of the audited directory. */
  at(path: string): SourceFile | undefined {
    return this.#byPath.get(path);
  }

  /** Whether a module that no read file answers to is still the codebase's own: a barrel, say. */
  ownsModule(module: string): boolean {
    if (/^([.~#$]|@\/|crate|self|super)/.test(module)) return true;
    // Of a package with a scope, its own name: `@acme/client/index.js` is no directory `client`.
    const scoped = /^@[\w-]+\/([\w.-]+)/.exec(module)?.[1];
    if (scoped !== undefined) return this.#directories.has(scoped);
    return module.split(/[/.:]+/).some((part) => part.length > 2 && this.#directories.has(part));
  }

  /** Calls of anything of this name, and calls that are handed it. */
  callsOf(name: string): readonly PlacedCall[] {
    return this.#calls.get(name) ?? [];
  }

  /** Functions and methods of this name, wherever they are. */
  functionsNamed(name: string): readonly CodeFunction[] {
    return this.#functions.get(name) ?? [];
  }

  /** Whether a file that was read declares a type of this name. */
  isType(name: string): boolean {
    return this.#byOwner.has(name);
  }

  /** What functions and methods of this name give back. */
  returnsOf(name: string): readonly PlacedBinding[] {
    return this.#returns.get(name) ?? [];
  }

  /** A field of the types that one extends, and else of those that extend it. */
  inheritedField(owner: string, field: string, language: Language): readonly PlacedBinding[] {
    if (!this.#families.holds(owner)) return [];
    this.#fields ??= fieldsIn(this.files);
    const fields = this.#fields.get(field);
    if (!fields) return [];
    const of = (owners: ReadonlySet<string>) =>
      fields.filter(
        ({ file, binding }) =>
          binding.owner !== undefined &&
          binding.owner !== owner &&
          owners.has(binding.owner) &&
          file.language.id === language.id,
      );
    const supers = of(this.#families.ancestorsOf(owner));
    return supers.length > 0 ? supers : of(this.#families.below(owner)).slice(0, 8);
  }

  /** The texts that records at the top of files hold under a key: an application's defaults. */
  defaultsOf(key: string): readonly PlacedExpr[] {
    this.#entries ??= defaultsIn(this.files);
    return this.#entries.get(key) ?? [];
  }

  /** Whether a method of one type may be what a call on another means. */
  mayStandFor(type: string, wanted: string, method: string): boolean {
    return this.#families.mayStandFor(type, wanted, method);
  }

  /** Whether a type extends another, at most so many steps above. */
  extends(type: string, wanted: string, steps = 4): boolean {
    return this.#families.extends(type, wanted, steps);
  }

  /** What a type stands for that is only another name, as it is written. */
  meaningsOf(type: string): readonly string[] {
    return this.#families.meaningsOf(type);
  }

  /** Files that may declare what an import names. */
  imported(from: SourceFile, { module, name }: Pick<Import, 'module' | 'name'>): SourceFile[] {
    switch (from.language.id) {
      case 'javascript':
        return this.#script(from, module);
      case 'python':
        return this.#python(from, module, name);
      case 'go':
        return this.#goPackage(module);
      case 'rust':
        return this.#rust(module, name);
      default:
        return name === undefined ? [] : (this.#byOwner.get(name) ?? []).filter(isIn(module));
    }
  }

  /** Files that see each other's names without an import: Go's packages, Swift's modules, … */
  neighbours(file: SourceFile): readonly SourceFile[] {
    if (file.language.id === 'go') return this.#byDirectory.get(directoryOf(file.path)) ?? [];
    return [file];
  }

  /** Files, of the same language, that declare a class or struct of this name. */
  declaring(owner: string, language: Language): SourceFile[] {
    const files = this.#byOwner.get(owner) ?? [];
    return files.filter((file) => file.language.id === language.id || isJvm(file, language));
  }

  /** Every name is asked for its module, and each alias is looked for among all files: once. */
  #script(from: SourceFile, module: string): SourceFile[] {
    const key = `${directoryOf(from.path)} ${module}`;
    const known = this.#scripts.get(key) ?? this.#findScript(from, module);
    this.#scripts.set(key, known);
    return known;
  }

  #findScript(from: SourceFile, module: string): SourceFile[] {
    const relative = join(directoryOf(from.path), module);
    if (module.startsWith('.')) return this.#existing(scriptsAt(relative));
    const named = this.#names(module, from.path).flatMap(scriptsAt);
    const found = this.#existing(named);
    // An alias such as `@/lib/x` starts at a source directory that only the bundler knows.
    if (found.length > 0 || !alias.test(module)) return [...new Set(found)];
    const candidates = scriptsAt(module.replace(alias, ''));
    return this.files.filter(({ path }) =>
      candidates.some((each) => path.endsWith(`/${each}`) || path === each),
    );
  }

  #python(from: SourceFile, module: string, name: string | undefined): SourceFile[] {
    const dots = /^\.*/.exec(module)?.[0].length ?? 0;
    const parts = module.slice(dots).split('.').filter(Boolean);
    const path = parts.join('/');
    const tails = [`${path}.py`, `${path}/__init__.py`];
    if (name !== undefined) tails.push(path === '' ? `${name}.py` : `${path}/${name}.py`);
    if (dots === 0)
      return this.files.filter(
        ({ path: each, language }) =>
          language.id === 'python' &&
          tails.some((tail) => each === tail || each.endsWith(`/${tail}`)),
      );
    let directory = directoryOf(from.path);
    for (let up = 1; up < dots; up++) directory = directoryOf(directory);
    return this.#existing(tails.map((tail) => join(directory, tail)));
  }

  #goPackage(module: string): SourceFile[] {
    const parts = module.split('/');
    for (let from = 0; from < parts.length; from++) {
      const found = this.#byDirectory.get(parts.slice(from).join('/'));
      if (found?.some(({ language }) => language.id === 'go')) return found;
    }
    return [];
  }

  #rust(module: string, name: string | undefined): SourceFile[] {
    const parts = module.split('::').filter((part) => !['crate', 'self', 'super'].includes(part));
    const stems = [parts.at(-1), name].filter((part): part is string => !!part);
    return this.files.filter(
      ({ path, language }) =>
        language.id === 'rust' &&
        stems.some((stem) => path.endsWith(`/${stem}.rs`) || path.endsWith(`/${stem}/mod.rs`)),
    );
  }

  #existing(paths: readonly string[]): SourceFile[] {
    return paths.flatMap((path) => this.#byPath.get(path) ?? []);
  }
}

/** The files that a module's path may mean, with its ending or another, or as a directory. */
function scriptsAt(path: string): string[] {
  if (/\.(vue|svelte|astro)$/.test(path)) return [path];
  const stem = path.replace(/\.[cm]?[jt]sx?$/, '');
  return scriptEndings.flatMap((ending) => [`${stem}${ending}`, `${stem}/index${ending}`]);
}

const scriptEndings = ['.ts', '.tsx', '.js', '.jsx', '.mts', '.cts', '.mjs', '.cjs'];

/** `@/x`, `~/x`, and `$lib/x` of SvelteKit. */
const alias = /^([@~]\/|\$(?=lib\/))/;

function fieldsIn(files: readonly SourceFile[]): Map<string, PlacedBinding[]> {
  const found = new Map<string, PlacedBinding[]>();
  for (const file of files)
    for (const binding of file.code.bindings)
      if (binding.owner !== undefined && binding.name.startsWith('this.'))
        push(found, binding.name.slice('this.'.length), { file, binding });
  return found;
}

function defaultsIn(files: readonly SourceFile[]): Map<string, PlacedExpr[]> {
  const found = new Map<string, PlacedExpr[]>();
  const look = (file: SourceFile, expr: Expr, depth: number): void => {
    if (depth === 0) return;
    if (expr.is === 'call') for (const { value } of expr.args) look(file, value, depth - 1);
    if (expr.is !== 'record') return;
    for (const [key, value] of expr.entries)
      if (value.is === 'text') push(found, key, { file, expr: value });
      else look(file, value, depth - 1);
  };
  for (const file of files)
    for (const { value, fn } of file.code.bindings) if (value && !fn) look(file, value, 4);
  return found;
}

/** The name that is called, and those of functions among the arguments. */
function namesCalled({ expr }: CallSite): Set<string> {
  const names = new Set<string>();
  if (expr.callee.is === 'name' || expr.callee.is === 'member') names.add(expr.callee.name);
  for (const { value } of expr.args)
    if (value.is === 'name' || value.is === 'member') names.add(value.name);
  return names;
}

/** Whether a file is of the package that an import names, as far as it says of which it is. */
const isIn =
  (module: string) =>
  ({ code: { packageName } }: SourceFile): boolean =>
    packageName === undefined || module === packageName || module.startsWith(`${packageName}.`);

const isJvm = (file: SourceFile, language: Language): boolean =>
  /^(java|kotlin)$/.test(file.language.id) && /^(java|kotlin)$/.test(language.id);

const ownersIn = ({ types, functions, bindings }: Code): Set<string> =>
  new Set([
    ...types.map(({ name }) => name),
    ...[...functions, ...bindings].flatMap(({ owner }) => (owner === undefined ? [] : owner)),
  ]);

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const found = map.get(key);
  if (found) found.push(value);
  else map.set(key, [value]);
}

export const directoryOf = (path: string): string =>
  path.slice(0, Math.max(path.lastIndexOf('/'), 0));

/** Joins and normalises; both sides are relative with `/`. */
function join(directory: string, path: string): string {
  const parts = directory === '' ? [] : directory.split('/');
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
