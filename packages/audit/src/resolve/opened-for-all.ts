import type { Import } from '../language/code.ts';
import { directoryOf } from './path.ts';
import type { Project } from './project.ts';
import type { SourceFile } from './source-file.ts';

/**
 * What a file imports, and what another file of its project imports for all of them: C#'s `global
 * using` counts in the directory that it stands in, and below.
 */
export function importsOf(file: SourceFile, project: Project): readonly Import[] {
  if (file.language.id !== 'csharp') return file.code.imports;
  const known = shared.get(project) ?? sharedIn(project);
  shared.set(project, known);
  const opened = known.flatMap(({ directory, imports, from }) =>
    from !== file && file.path.startsWith(directory) ? imports : [],
  );
  return opened.length === 0 ? file.code.imports : [...file.code.imports, ...opened];
}

interface Shared {
  readonly from: SourceFile;
  /** With a slash at its end, unless it is the audited one. */
  readonly directory: string;
  readonly imports: readonly Import[];
}

const shared = new WeakMap<Project, readonly Shared[]>();

const sharedIn = ({ files }: Project): Shared[] =>
  files.flatMap((from) => {
    const imports = from.code.imports.filter(({ everywhere }) => everywhere);
    if (imports.length === 0) return [];
    const directory = `${directoryOf(from.path).replace(/(^|\/)(Properties|Usings?)$/, '')}/`;
    return [{ from, directory: directory.replace(/^\/$/, ''), imports }];
  });
