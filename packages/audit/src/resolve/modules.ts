import type { Import } from '../language/code.ts';
import type { ModuleNames } from './module-names.ts';
import { directoryOf, join } from './path.ts';
import { push } from './push.ts';
import type { SourceFile } from './source-file.ts';

/** The files of a project by where they are, and which of them a module's name means. */
export class Modules {
  readonly #files: readonly SourceFile[];
  readonly #names: ModuleNames;
  readonly #byPath = new Map<string, SourceFile>();
  readonly #byDirectory = new Map<string, SourceFile[]>();
  readonly #directories = new Set<string>();
  readonly #scripts = new Map<string, SourceFile[]>();

  constructor(files: readonly SourceFile[], names: ModuleNames) {
    this.#files = files;
    this.#names = names;
    for (const file of files) {
      this.#byPath.set(file.path, file);
      push(this.#byDirectory, directoryOf(file.path), file);
      for (const part of file.path.split('/').slice(0, -1)) this.#directories.add(part);
    }
  }

  /** The file at a path of the audited directory. */
  at(path: string): SourceFile | undefined {
    return this.#byPath.get(path);
  }

  /** The files of a file's directory, itself among them. */
  besides(file: SourceFile): readonly SourceFile[] {
    return this.#byDirectory.get(directoryOf(file.path)) ?? [];
  }

  /** Whether a module that no read file answers to is still the codebase's own: a barrel, say. */
  owns(module: string): boolean {
    if (/^([.~#$]|@\/|crate|self|super)/.test(module)) return true;
    // Of a package with a scope, its own name: `@acme/client/index.js` is no directory `client`.
    const scoped = /^@[\w-]+\/([\w.-]+)/.exec(module)?.[1];
    if (scoped !== undefined) return this.#directories.has(scoped);
    return module.split(/[/.:]+/).some((part) => part.length > 2 && this.#directories.has(part));
  }

  /** The files that a module means; `undefined` where a language's modules say nothing of files. */
  imported(
    from: SourceFile,
    { module, name }: Pick<Import, 'module' | 'name'>,
  ): SourceFile[] | undefined {
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
        return undefined;
    }
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
    return this.#files.filter(({ path }) =>
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
      return this.#files.filter(
        // A file `cohere.py` that imports `cohere` means the package, and never itself.
        ({ path: each, language }) =>
          language.id === 'python' &&
          each !== from.path &&
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
    return this.#files.filter(
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
