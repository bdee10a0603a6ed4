import { delegationsFor } from './delegation-index.ts';
import { isRefusal, refuse } from './refusal.ts';
import type { DelegatedRole, MetadataFile, Refusal, TargetFile, TargetsSigned } from './types.ts';

/** The most roles one search visits (§5.6.7.1). */
export const maxVisitedRoles = 32;

/** A target that signed metadata vouches for, and the role that does. */
export interface FoundTarget {
  readonly path: string;
  readonly role: string;
  readonly file: TargetFile;
}

/** Gives a delegated role's verified metadata. */
export type LoadDelegated = (
  delegator: MetadataFile<TargetsSigned>,
  role: DelegatedRole,
) => Promise<MetadataFile<TargetsSigned> | Refusal>;

/**
 * §5.6.7: pre-order depth-first search from the top-level targets role. Only roles whose
 * delegation covers the path are loaded; one that is refused ends the search.
 */
export async function findTarget(
  targets: MetadataFile<TargetsSigned>,
  path: string,
  load: LoadDelegated,
): Promise<FoundTarget | Refusal> {
  const visited = new Set<string>(['targets']);
  let waiting: Visit[] = [];
  let current: { name: string; file: MetadataFile<TargetsSigned> } = {
    name: 'targets',
    file: targets,
  };
  for (;;) {
    const { targets: listed, delegations } = current.file.signed;
    const file = Object.hasOwn(listed, path) ? listed[path] : undefined;
    if (file) return { path, role: current.name, file };

    // 5.6.7.2: in order of appearance; a terminating delegation ends every other branch.
    const covering = delegations ? await delegationsFor(delegations, path) : [];
    const last = covering.findIndex((role) => role.terminating);
    const children = (last < 0 ? covering : covering.slice(0, last + 1)).map((role) => ({
      role,
      delegator: current.file,
    }));
    waiting = last < 0 ? [...children, ...waiting] : children;

    // 5.6.7.1: cycles are cut, and the number of roles is bounded.
    let next = waiting.shift();
    while (next && visited.has(next.role.name)) next = waiting.shift();
    if (!next || visited.size > maxVisitedRoles) {
      return refuse('trust-unknown', path, '5.7.2', 'nothing signed vouches for it');
    }
    visited.add(next.role.name);
    const loaded = await load(next.delegator, next.role);
    if (isRefusal(loaded)) return loaded;
    current = { name: next.role.name, file: loaded };
  }
}

interface Visit {
  readonly role: DelegatedRole;
  readonly delegator: MetadataFile<TargetsSigned>;
}
