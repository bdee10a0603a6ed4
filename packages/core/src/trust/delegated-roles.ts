import { checkBytes } from './file-meta.ts';
import { metadataPath } from './file-name.ts';
import type { LoadDelegated } from './find-target.ts';
import { fromAnywhere } from './from-anywhere.ts';
import type { TrustPorts } from './ports.ts';
import { contents, maxBytes } from './refresh.ts';
import { isRefusal } from './refusal.ts';
import { listedTargets, verifyDelegated } from './targets.ts';
import type { DelegatedRole, MetadataFile, Refusal, TargetsSigned, TrustState } from './types.ts';

type Targets = MetadataFile<TargetsSigned>;

/** A state in which timestamp, snapshot and targets belong together, and when that was found. */
export interface WholeState {
  readonly state: TrustState;
  /** The time that expiry is judged by: the start of the refresh (§5.1). */
  readonly at: Date;
}

/**
 * Loads delegated roles when a search comes to them: from memory, from the store, else from the
 * repository. What was verified is remembered per delegator, since another delegator may trust
 * other keys; and every role stands alone, so that one that is refused blocks no other.
 */
export function delegatedRoles(ports: TrustPorts): (whole: WholeState) => LoadDelegated {
  const verified = new WeakMap<Targets, Map<string, Targets>>();

  function rememberedBy(delegator: Targets): Map<string, Targets> {
    const roles = verified.get(delegator) ?? new Map<string, Targets>();
    verified.set(delegator, roles);
    return roles;
  }

  return ({ state, at }) =>
    async (delegator, role) => {
      const listed = listedTargets(state, role.name);
      if (isRefusal(listed)) return listed;
      const remembered = rememberedBy(delegator);
      const kept = remembered.get(role.name);
      const current = kept?.signed.version === listed.version;
      if (kept && current && !(await checkBytes(kept.bytes, listed, '', ''))) return kept;
      const file = await loadRole(ports, { state, at }, delegator, role);
      if (!isRefusal(file)) remembered.set(role.name, file);
      return file;
    };
}

async function loadRole(
  ports: TrustPorts,
  { state, at }: WholeState,
  delegator: Targets,
  role: DelegatedRole,
): Promise<Targets | Refusal> {
  const stored = await ports.store.read(role.name);
  const kept = stored && (await verifyDelegated(state, delegator, role, stored, at));
  if (kept && !isRefusal(kept)) return kept;

  const listed = listedTargets(state, role.name);
  if (isRefusal(listed)) return listed;
  const path = metadataPath(state, role.name, listed.version);
  const verified = await fromAnywhere(ports, async ({ fetch }) => {
    const carried = await fetch(path, { maxBytes: listed.length ?? maxBytes.targets });
    const bytes = contents(carried, `${role.name}.json`, '5.6.1');
    return isRefusal(bytes) ? bytes : verifyDelegated(state, delegator, role, bytes, at);
  });
  // 5.6.6. Kept for the days without a network; what guards against a rollback is the snapshot.
  if (!isRefusal(verified)) await ports.store.write(role.name, verified.bytes).catch(() => {});
  return verified;
}
