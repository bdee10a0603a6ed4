import { Defects } from '../defects.ts';
import type { Binding, CallSite, Code, CodeFunction, Expr, Import } from '../language/code.ts';
import type { Language } from '../language/languages.ts';
import { Families } from './families.ts';
import type { ModuleNames } from './module-names.ts';
import { Modules } from './modules.ts';
import { push } from './push.ts';
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
  readonly defects: Defects;
  readonly #modules: Modules;
  readonly #byOwner = new Map<string, SourceFile[]>();
  readonly #calls = new Map<string, PlacedCall[]>();
  readonly #functions = new Map<string, CodeFunction[]>();
  readonly #returns = new Map<string, PlacedBinding[]>();
  #fields: Map<string, PlacedBinding[]> | undefined;
  readonly #families = new Families();
  #entries: Map<string, PlacedExpr[]> | undefined;

  constructor(
    files: readonly SourceFile[],
    names: ModuleNames = () => [],
    defects: Defects = new Defects(),
  ) {
    this.files = files;
    this.defects = defects;
    this.#modules = new Modules(files, names);
    this.eachFile((file) => {
      for (const owner of ownersIn(file.code)) push(this.#byOwner, owner, file);
      this.#keep(file);
    });
  }

  /** Looks at one file after the other; what fails in one is said of that one. */
  eachFile(look: (file: SourceFile) => void): void {
    for (const file of this.files) this.defects.within(file.path, () => look(file));
  }

  /** What is found in one file after the other. */
  inFiles<T>(find: (file: SourceFile) => readonly T[]): T[] {
    return this.files.flatMap((file) => this.defects.within(file.path, () => find(file)) ?? []);
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
    return this.#modules.at(path);
  }

  /** Whether a module that no read file answers to is still the codebase's own: a barrel, say. */
  ownsModule(module: string): boolean {
    return this.#modules.owns(module);
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
  imported(from: SourceFile, named: Pick<Import, 'module' | 'name'>): SourceFile[] {
    const { module, name } = named;
    const found = this.#modules.imported(from, named);
    if (found) return found;
    return name === undefined ? [] : (this.#byOwner.get(name) ?? []).filter(isIn(module));
  }

  /** Files that see each other's names without an import: Go's packages, Swift's modules, … */
  neighbours(file: SourceFile): readonly SourceFile[] {
    if (file.language.id === 'go') return this.#modules.besides(file);
    return [file];
  }

  /** Files, of the same language, that declare a class or struct of this name. */
  declaring(owner: string, language: Language): SourceFile[] {
    const files = this.#byOwner.get(owner) ?? [];
    return files.filter((file) => file.language.id === language.id || isJvm(file, language));
  }
}

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
