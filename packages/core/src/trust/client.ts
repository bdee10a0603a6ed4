import { delegatedRoles, type WholeState } from './delegated-roles.ts';
import { checkBytes } from './file-meta.ts';
import { targetPath } from './file-name.ts';
import { type FoundTarget, findTarget } from './find-target.ts';
import { fromAnywhere } from './from-anywhere.ts';
import { loadState } from './load-state.ts';
import type { TrustPorts } from './ports.ts';
import { type Cycle, contents, isWhole, nothingNew, refresh } from './refresh.ts';
import { isRefusal, refuse } from './refusal.ts';
import type { MetadataFile, Refusal, TargetsSigned, TrustState } from './types.ts';

/** A TUF client: refreshes what it trusts and gives the bytes that it vouches for. */
export interface TrustClient {
  /** Everything that is trusted now. */
  readonly state: TrustState;
  /**
   * The client workflow. `changed` is false when nothing new was found. After a refusal, lookups
   * go on answering from the last whole state.
   */
  refresh(): Promise<{ readonly changed: boolean } | Refusal>;
  /**
   * Which role vouches for a target, and what its bytes must be (§5.6.7). Works from what was
   * stored when the repository cannot be reached and nothing has to be fetched.
   */
  find(path: string): Promise<FoundTarget | Refusal>;
  /** The metadata of a role that the top-level targets role delegates. */
  delegated(name: string): Promise<MetadataFile<TargetsSigned> | Refusal>;
  /** A target's bytes, fetched and verified (§5.7). */
  target(path: string): Promise<Uint8Array | Refusal>;
}

/**
 * Opens a client over what its store holds; the root must be there and verify, or come as
 * `initialRoot`.
 *
 * @returns the client, or `trust-no-root`, `trust-format`, `trust-signature` about the root.
 */
export async function openTrustClient(
  ports: TrustPorts,
  initialRoot?: Uint8Array,
): Promise<TrustClient | Refusal> {
  const loaded = await loadState(ports.store, initialRoot);
  if (isRefusal(loaded)) return loaded;
  const cycle: Cycle = { state: loaded };
  // Lookups answer from the last whole state. One that was stored is judged by the newest time
  // that it proved: a device that restarts without a network still finds its documents.
  let whole: WholeState | undefined;
  if (isWhole(loaded)) {
    whole = { state: loaded, at: loaded.floor ? new Date(loaded.floor.at) : ports.clock() };
  }
  const loadDelegated = delegatedRoles(ports);

  async function update(): Promise<{ changed: boolean } | Refusal> {
    const now = ports.clock(); // 5.1
    if (await nothingNew(ports, cycle, now)) {
      whole = { state: cycle.state, at: now };
      return { changed: false };
    }
    const before = whole?.state.timestamp;
    const refusal = await fromAnywhere(ports, (from) => refresh(from, cycle, now));
    if (refusal) return refusal;
    whole = { state: cycle.state, at: now };
    return { changed: before !== cycle.state.timestamp };
  }

  async function find(path: string): Promise<FoundTarget | Refusal> {
    const { targets } = whole?.state ?? {};
    if (!whole || !targets) {
      return refuse('trust-unknown', path, '5.6', 'no refresh has succeeded yet');
    }
    return findTarget(targets, path, loadDelegated(whole));
  }

  async function delegated(name: string): Promise<MetadataFile<TargetsSigned> | Refusal> {
    const { targets } = whole?.state ?? {};
    const role = targets?.signed.delegations?.roles.find((other) => other.name === name);
    if (whole && targets && role) return loadDelegated(whole)(targets, role);
    return refuse('trust-unknown', `${name}.json`, '5.6.7', 'no delegation names this role');
  }

  async function target(path: string): Promise<Uint8Array | Refusal> {
    const found = await find(path);
    if (isRefusal(found)) return found;
    const place = targetPath(cycle.state, path, found.file);
    return fromAnywhere(ports, async ({ fetch }) => {
      const carried = await fetch(place, { maxBytes: found.file.length });
      const bytes = contents(carried, path, '5.7.3');
      if (isRefusal(bytes)) return bytes;
      return (await checkBytes(bytes, found.file, path, '5.7.3')) ?? bytes;
    });
  }

  // One refresh at a time: two that overlap could put an older state over a newer one.
  let last: Promise<unknown> = Promise.resolve();
  return {
    get state() {
      return cycle.state;
    },
    refresh() {
      const next = last.then(update, update);
      last = next.catch(() => {});
      return next;
    },
    find,
    delegated,
    target,
  };
}
