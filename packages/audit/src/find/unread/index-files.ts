import type { ModuleNames, Project, SourceFile } from '../../resolve/index.ts';

/**
 * Index files that files import from and that were not read, for they hold no telling word: they
 * pass on the names of others.
 */
export function indexFilesOf(
  project: Project,
  { unread, names }: { readonly unread: readonly { path: string }[]; readonly names: ModuleNames },
): Set<string> {
  const indexes = unread.map(({ path }) => path).filter((path) => isIndex.test(path));
  if (indexes.length === 0) return new Set();
  const wanted = new Set(project.files.flatMap(lastDirectories));
  const named = new Set(project.files.flatMap((file) => namedIndexes(file, names)));
  return new Set(
    indexes.filter(
      (path) => wanted.has(path.split('/').at(-2) ?? '') || named.has(path.replace(/\.\w+$/, '')),
    ),
  );
}

/** Without their endings, those of packages of the workspace and of directories under an alias. */
function namedIndexes({ code, path, language }: SourceFile, names: ModuleNames): string[] {
  if (language.id !== 'javascript') return [];
  return [...code.imports, ...code.passedOn]
    .filter(({ module }) => !module.startsWith('.'))
    .flatMap(({ module }) => names(module, path))
    .flatMap((each) => [each.replace(/\.\w+$/, ''), `${each}/index`]);
}

const isIndex = /(^|\/)(index\.[cm]?[jt]sx?|__init__\.py|mod\.rs)$/;

/** The last parts of the modules that a file imports, and the directory that it is in itself. */
function lastDirectories({ code, path }: SourceFile): string[] {
  const modules = [...code.imports, ...code.passedOn].map(({ module }) => module);
  return [
    ...modules.map((each) => each.split(/[/.:]+/).findLast((part) => part !== '') ?? ''),
    path.split('/').at(-2) ?? '',
  ];
}
