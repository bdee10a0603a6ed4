import type { Project, SourceFile } from '../resolve/index.ts';

/**
 * Index files that files import from and that were not read, for they hold no telling word: they
 * pass on the names of others.
 */
export function indexFilesOf(project: Project, unread: readonly { path: string }[]): Set<string> {
  const indexes = unread.map(({ path }) => path).filter((path) => isIndex.test(path));
  if (indexes.length === 0) return new Set();
  const wanted = new Set(project.files.flatMap(lastDirectories));
  return new Set(indexes.filter((path) => wanted.has(path.split('/').at(-2) ?? '')));
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
