import type { CodeFunction } from '../language/code.ts';
import type { PlacedCall, Project, SourceFile } from '../resolve/index.ts';

/** A function that is called more often than this says nothing of who waits. */
const most = 60;

/**
 * Who calls a function or hands it on, by a name of several words that no other function has but
 * those of its family: the methods that override one of a type above, and that one itself.
 */
export function callersByName(
  { name, owner }: CodeFunction,
  file: SourceFile,
  project: Project,
): readonly PlacedCall[] {
  if (!/[a-z][A-Z]|[a-z]_[a-z]/.test(name.replace(/(Async|_async)$/, ''))) return [];
  const calls = project.callsOf(name);
  const functions = project.functionsNamed(name);
  if (calls.length > most || functions.length > most) return [];
  const family = familyOf(owner, file);
  const isAlone = functions.every(
    (each) =>
      each.owner === owner ||
      (each.owner !== undefined &&
        family.some((type) => each.owner === type || project.extends(each.owner ?? '', type))),
  );
  if (!isAlone) return [];
  return calls.filter((each) => each.file.language.id === file.language.id);
}

/** A type and those that it extends, but those that any type may extend. */
function familyOf(owner: string | undefined, { code }: SourceFile): string[] {
  if (owner === undefined) return [];
  const above = code.types.flatMap(({ name, supers }) => (name === owner ? supers : []));
  return [owner, ...above.filter((each) => !anybodys.test(each))];
}

const anybodys = /^(object|ABC|Protocol|Any|Exception|Sendable|Codable|Serializable|IDisposable)$/;
