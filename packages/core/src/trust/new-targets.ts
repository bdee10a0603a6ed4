import type { Conflict } from './conflict.ts';
import { checkBytes } from './file-meta.ts';
import { targetFileName } from './file-name.ts';
import { matchesPattern } from './path-pattern.ts';
import { refuse } from './refusal.ts';
import type { Repository, RepositoryFile } from './repository.ts';
import type { TrustUpdate } from './trust-update.ts';
import type { DelegatedRole, MetadataFile, Refusal, TargetFile, TargetsSigned } from './types.ts';

/** The targets that the changed roles add, each in its place and with the bytes it was signed for. */
export async function newTargets(
  repository: Repository | undefined,
  targets: MetadataFile<TargetsSigned>,
  roles: ReadonlyMap<string, MetadataFile<TargetsSigned>>,
  update: TrustUpdate,
): Promise<readonly RepositoryFile[] | Refusal | Conflict> {
  const files: RepositoryFile[] = [];
  const sent = new Set(Object.keys(update.targets));
  for (const name of Object.keys(update.metadata)) {
    if (name === 'root') continue;
    const role = targets.signed.delegations?.roles.find((other) => other.name === name);
    const [next, current] =
      name === 'targets'
        ? [targets, repository?.targets]
        : [roles.get(name)!, repository?.roles.get(name)];
    for (const [path, file] of Object.entries(next.signed.targets)) {
      const listed = current?.signed.targets ?? {};
      const before = Object.hasOwn(listed, path) ? listed[path] : undefined;
      if (before && sameTarget(before, file)) continue;
      const refusal = checkPlace(path, file, role) ?? checkImmutable(path, before);
      if (refusal) return refusal;
      const text = sent.delete(path) ? update.targets[path] : undefined;
      if (text === undefined)
        return refuse('trust-mismatch', path, '5.7.1', 'it is signed for, and was not sent');
      const bytes = new TextEncoder().encode(text);
      const different = await checkBytes(bytes, file, path, '5.7.3');
      if (different) return different;
      files.push({ path: targetFileName(path, file), bytes });
    }
  }
  const [stray] = sent;
  return stray === undefined
    ? files
    : refuse('trust-unknown', stray, '5.7.2', 'nothing new in this update vouches for it');
}

const sameTarget = (a: TargetFile, b: TargetFile): boolean =>
  a.length === b.length && a.hashes.sha256 === b.hashes.sha256;

function checkPlace(
  path: string,
  file: TargetFile,
  role: DelegatedRole | undefined,
): Refusal | undefined {
  if (file.hashes.sha256 === undefined)
    return refuse('trust-format', path, '4.5', 'it has no sha256');
  if (/(^|\/)(\.{0,2})(\/|$)/.test(path))
    return refuse('trust-format', path, '4.5', 'not a relative path');
  if (!role || role.paths?.some((pattern) => matchesPattern(path, pattern))) return undefined;
  return refuse('trust-unknown', path, '5.6.7', `role ${role.name} may not speak for this path`);
}

function checkImmutable(path: string, before: TargetFile | undefined): Conflict | undefined {
  if (!before || !/^families\/[^/]+\/[^/]+\/releases\//.test(path)) return undefined;
  return {
    conflict: true,
    subject: path,
    message: `${path}: this version is published with other content`,
  };
}
