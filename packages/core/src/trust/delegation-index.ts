import { sha256Hex } from './digest.ts';
import { matchesPattern } from './path-pattern.ts';
import type { DelegatedRole, Delegations } from './types.ts';

/**
 * The delegations that vouch for a path, in order of appearance (§4.5). A repository with
 * thousands of families delegates thousands of times, so a lookup does not try them all: patterns
 * are indexed by the directory before their first wildcard, hash bins by their prefix.
 */
export async function delegationsFor(
  delegations: Delegations,
  path: string,
): Promise<readonly DelegatedRole[]> {
  const index = indexOf(delegations);
  const found = new Set<number>();
  for (const directory of directories(path)) {
    for (const { pattern, role } of index.patterns.get(directory) ?? []) {
      if (matchesPattern(path, pattern)) found.add(role);
    }
  }
  if (index.prefixes.size > 0) {
    const hash = await sha256Hex(new TextEncoder().encode(path));
    for (let length = 0; length <= hash.length; length++) {
      for (const role of index.prefixes.get(hash.slice(0, length)) ?? []) found.add(role);
    }
  }
  return [...found].sort((a, b) => a - b).map((at) => delegations.roles[at]!);
}

interface DelegationIndex {
  readonly patterns: ReadonlyMap<string, readonly { pattern: string; role: number }[]>;
  readonly prefixes: ReadonlyMap<string, readonly number[]>;
}

const indexes = new WeakMap<Delegations, DelegationIndex>();

function indexOf(delegations: Delegations): DelegationIndex {
  const known = indexes.get(delegations);
  if (known) return known;
  const patterns = new Map<string, { pattern: string; role: number }[]>();
  const prefixes = new Map<string, number[]>();
  for (const [role, { paths, path_hash_prefixes }] of delegations.roles.entries()) {
    for (const pattern of paths ?? [])
      append(patterns, literalDirectory(pattern), { pattern, role });
    for (const prefix of path_hash_prefixes ?? []) append(prefixes, prefix, role);
  }
  const index = { patterns, prefixes };
  indexes.set(delegations, index);
  return index;
}

function append<T>(map: Map<string, T[]>, key: string, item: T): void {
  const items = map.get(key);
  if (items) items.push(item);
  else map.set(key, [item]);
}

/** `families/acme/*` → `families/acme/`. */
function literalDirectory(pattern: string): string {
  const wildcard = pattern.search(/[*?[]/);
  const literal = wildcard < 0 ? pattern : pattern.slice(0, wildcard);
  return literal.slice(0, literal.lastIndexOf('/') + 1);
}

/** Every directory that a path stands under: ``, `a/`, `a/b/`. */
function* directories(path: string): Generator<string> {
  yield '';
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    yield path.slice(0, at + 1);
  }
}
