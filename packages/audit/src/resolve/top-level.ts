import { directoryOf } from './path.ts';
import type { Project } from './project.ts';
import type { SourceFile } from './source-file.ts';

/** More files that keep a name at their top would be others' names. */
const maxFiles = 3;

/**
 * Files, others than this one, that keep a name at their top which this one sees: of the same package
 * or imported by name in Kotlin; anywhere in Swift, whose modules are wide.
 */
export function filesKeeping(
  name: string,
  from: SourceFile,
  project: Project,
): readonly SourceFile[] {
  const { id } = from.language;
  if (id !== 'kotlin' && id !== 'swift') return [];
  const known = kept.get(project) ?? keptIn(project);
  kept.set(project, known);
  const files = (known.get(name) ?? []).filter(
    (file) => file !== from && file.language === from.language && sees(from, file, name),
  );
  return files.length <= maxFiles ? files : [];
}

const kept = new WeakMap<Project, ReadonlyMap<string, readonly SourceFile[]>>();

function keptIn({ files }: Project): Map<string, SourceFile[]> {
  const found = new Map<string, SourceFile[]>();
  for (const file of files)
    for (const { name, fn, owner } of file.code.bindings) {
      if (fn || owner !== undefined || name.includes('.')) continue;
      const there = found.get(name);
      if (!there) found.set(name, [file]);
      else if (there.at(-1) !== file) there.push(file);
    }
  return found;
}

function sees(from: SourceFile, { code, language, path }: SourceFile, name: string): boolean {
  if (language.id === 'swift') return true;
  const { packageName } = code;
  if (packageName === undefined || from.code.packageName === undefined)
    return directoryOf(path) === directoryOf(from.path);
  return (
    packageName === from.code.packageName ||
    from.code.imports.some(
      (each) => each.module === packageName && (each.name === name || each.local === '*'),
    )
  );
}
