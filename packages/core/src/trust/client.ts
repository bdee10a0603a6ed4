import { checkBytes } from './file-meta.ts';
import { metadataPath, targetPath } from './file-name.ts';
import { type FoundTarget, findTarget } from './find-target.ts';
import type { TrustPorts } from './ports.ts';
import { readMetadata } from './read-metadata.ts';
import { type Cycle, contents, isWhole, maxBytes, nothingNew, refresh } from './refresh.ts';
import { isRefusal, refuse } from './refusal.ts';
import { loadRoot } from './root.ts';
import { listedTargets, verifyDelegated } from './targets.ts';
import { checkThreshold } from './threshold.ts';
import type {
  DelegatedRole,
  MetadataFile,
  Refusal,
  SignedOf,
  TargetsSigned,
  TrustState,
} from './types.ts';

/** A TUF client: refreshes what it trusts and gives the bytes that it vouches for. */
export interface TrustClient {
  /** Everything that is trusted now. */
  readonly state: TrustState;
  /**
   * The client workflow. `changed` is false when one conditional request found nothing new.
   * After a refusal the client goes on answering from its last whole state.
   */
  refresh(): Promise<{ readonly changed: boolean } | Refusal>;
  /**
   * Which role vouches for a target, and what its bytes must be (§5.6.7). Works from what was
   * stored when the repository cannot be reached and nothing has to be fetched.
   */
  find(path: string): Promise<FoundTarget | Refusal>;
  /** A target's bytes, fetched and verified (§5.7). */
  target(path: string): Promise<Uint8Array | Refusal>;
}

/**
 * Opens a client over what its store holds. Damaged files in the store are as good as none; the
 * root must be there and verify, or come as `initialRoot`.
 *
 * @returns the client, or `trust-no-root`.
 */
export async function openTrustClient(
  ports: TrustPorts,
  initialRoot?: Uint8Array,
): Promise<TrustClient | Refusal> {
  const loaded = await loadState(ports, initialRoot);
  if (isRefusal(loaded)) return loaded;
  const cycle: Cycle = { state: loaded };
  // The last whole state, and the time it was whole at: lookups are judged by that (§5.1).
  let whole: Whole | undefined;
  if (isWhole(loaded)) {
    whole = { state: loaded, at: loaded.floor ? new Date(loaded.floor.at) : ports.clock() };
  }
  const seen: SeenRoles = new WeakMap();

  async function find(path: string): Promise<FoundTarget | Refusal> {
    const at = whole;
    if (!at?.state.targets)
      return refuse('trust-unknown', path, '5.6', 'no refresh has succeeded yet');
    return findTarget(at.state.targets, path, (delegator, role) =>
      loadDelegated(ports, at, seen, delegator, role),
    );
  }

  return {
    get state() {
      return cycle.state;
    },
    async refresh() {
      const now = ports.clock(); // 5.1
      if (await nothingNew(ports, cycle, now)) {
        whole = { state: cycle.state, at: now };
        return { changed: false };
      }
      const before = whole?.state.timestamp;
      cycle.tag = undefined;
      const refusal = await refresh(ports, cycle, now);
      if (refusal) {
        cycle.tag = undefined;
        return refusal;
      }
      whole = { state: cycle.state, at: now };
      return { changed: before !== cycle.state.timestamp };
    },
    find,
    async target(path) {
      const found = await find(path);
      if (isRefusal(found)) return found;
      const { state } = whole!;
      const place = targetPath(state, path, found.file);
      const carried = await ports.fetch(place, { maxBytes: found.file.length });
      const bytes = contents(carried, path, '5.7.3');
      if (isRefusal(bytes)) return bytes;
      return (await checkBytes(bytes, found.file, path, '5.7.3')) ?? bytes;
    },
  };
}

interface Whole {
  readonly state: TrustState;
  readonly at: Date;
}

/** Delegated roles that were verified, by the delegator that vouched for them. */
type SeenRoles = WeakMap<object, Map<string, MetadataFile<TargetsSigned>>>;

async function loadDelegated(
  ports: TrustPorts,
  { state, at }: Whole,
  seen: SeenRoles,
  delegator: MetadataFile<TargetsSigned>,
  role: DelegatedRole,
): Promise<MetadataFile<TargetsSigned> | Refusal> {
  const listed = listedTargets(state, role.name);
  if (isRefusal(listed)) return listed;
  const siblings = seen.get(delegator) ?? new Map<string, MetadataFile<TargetsSigned>>();
  seen.set(delegator, siblings);

  const stored = siblings.get(role.name)?.bytes ?? (await ports.store.read(role.name));
  if (stored) {
    const kept = siblings.get(role.name);
    if (
      kept &&
      kept.signed.version === listed.version &&
      !(await checkBytes(kept.bytes, listed, '', ''))
    ) {
      return kept;
    }
    const verified = await verifyDelegated(state, delegator, role, stored, at);
    if (!isRefusal(verified)) {
      siblings.set(role.name, verified);
      return verified;
    }
  }

  const path = metadataPath(state, role.name, listed.version);
  const carried = await ports.fetch(path, { maxBytes: listed.length ?? maxBytes.targets });
  const bytes = contents(carried, `${role.name}.json`, '5.6.1');
  if (isRefusal(bytes)) return bytes;
  const verified = await verifyDelegated(state, delegator, role, bytes, at);
  if (isRefusal(verified)) return verified;
  await ports.store.write(role.name, bytes); // 5.6.6
  siblings.set(role.name, verified);
  return verified;
}

/** §5.2, and what else was stored, as far as the root's keys still vouch for it. */
async function loadState(
  ports: TrustPorts,
  initialRoot: Uint8Array | undefined,
): Promise<TrustState | Refusal> {
  const stored = await ports.store.read('root');
  let state = stored && (await loadRoot(stored));
  if ((!state || isRefusal(state)) && initialRoot) {
    state = await loadRoot(initialRoot);
    if (!isRefusal(state)) await ports.store.write('root', initialRoot);
  }
  if (!state) return refuse('trust-no-root', 'root.json', '5.2', 'no root of trust was given');
  if (isRefusal(state)) return state;
  return {
    ...state,
    floor: await ports.store.readFloor(),
    timestamp: await loadFile(ports, state, 'timestamp'),
    snapshot: await loadFile(ports, state, 'snapshot'),
    targets: await loadFile(ports, state, 'targets'),
  };
}

async function loadFile<T extends 'timestamp' | 'snapshot' | 'targets'>(
  ports: TrustPorts,
  state: TrustState,
  type: T,
): Promise<MetadataFile<SignedOf[T]> | undefined> {
  const bytes = await ports.store.read(type);
  const file = bytes && readMetadata(type, bytes, `${type}.json`);
  if (!file || isRefusal(file)) return undefined;
  const { keys, roles } = state.root.signed;
  const refusal = await checkThreshold(file, keys, roles[type], `${type}.json`, '5.2');
  return refusal ? undefined : file;
}
