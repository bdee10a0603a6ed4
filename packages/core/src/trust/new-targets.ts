import { Check } from 'typebox/value';
import { familyOfSlug, familyPlace, familySlug } from '../release/paths.ts';
import { FamilyName } from '../schema/index.ts';
import type { Conflict } from './conflict.ts';
import { checkBytes } from './file-meta.ts';
import { targetFileName } from './file-name.ts';
import { matchesPattern } from './path-pattern.ts';
import { refuse } from './refusal.ts';
import type { Repository, RepositoryFile } from './repository.ts';
import type { TrustUpdate } from './trust-update.ts';
import type { DelegatedRole, MetadataFile, Refusal, TargetFile, TargetsSigned } from './types.ts';

/**
 * The targets that the changed roles add, each in its place and with the bytes it was signed for.
 * Releases are immutable: one that is published can neither change nor go.
 */
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
    const wrong = checkRoleName(name) ?? checkKept(current?.signed.targets, next.signed.targets);
    if (wrong) return wrong;
    for (const [path, file] of Object.entries(next.signed.targets)) {
      const before = listed(current?.signed.targets, path);
      if (before && sameTarget(before, file)) continue;
      const refusal = checkPlace(path, file, name, role);
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

type Targets = TargetsSigned['targets'];

const listed = (targets: Targets | undefined, path: string): TargetFile | undefined =>
  targets && Object.hasOwn(targets, path) ? targets[path] : undefined;

const sameTarget = (a: TargetFile, b: TargetFile): boolean =>
  a.length === b.length && a.hashes.sha256 === b.hashes.sha256;

/** Besides the top-level ones there is a role per family, and its files are named after it. */
function checkRoleName(name: string): Refusal | undefined {
  const family = familyOfSlug(name);
  if (name === 'targets' || (Check(FamilyName, family) && familySlug(family) === name))
    return undefined;
  return refuse('trust-format', `${name}.json`, '4.5', 'a role is named <owner>.<family>');
}

/**
 * A target stands where its document belongs and where its role may speak. No other path is taken:
 * what is published becomes a file, and stays.
 */
function checkPlace(
  path: string,
  file: TargetFile,
  name: string,
  role: DelegatedRole | undefined,
): Refusal | undefined {
  if (file.hashes.sha256 === undefined)
    return refuse('trust-format', path, '4.5', 'it has no sha256');
  const place = familyPlace(path);
  if (!place) {
    const expected =
      'releases/<version>.json, channels/<channel>.json or policy.json under families/<owner>/<family>/';
    return refuse('trust-format', path, '4.5', `no place of a document: expected ${expected}`);
  }
  const delegated = !role?.paths || role.paths.some((pattern) => matchesPattern(path, pattern));
  if (delegated && familySlug(place.family) === name) return undefined;
  return refuse('trust-unknown', path, '5.6.7', `role ${name} may not speak for this path`);
}

function checkKept(before: Targets | undefined, next: Targets): Conflict | undefined {
  for (const [path, file] of Object.entries(before ?? {})) {
    if (familyPlace(path)?.kind !== 'release') continue;
    const now = listed(next, path);
    if (now && sameTarget(file, now)) continue;
    const message = now
      ? `${path}: this version is published with other content`
      : `${path}: a published release stays; there is no way to prune one yet`;
    return { conflict: true, subject: path, message };
  }
  return undefined;
}
