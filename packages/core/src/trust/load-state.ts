import type { TrustStore } from './ports.ts';
import { readMetadata } from './read-metadata.ts';
import { isRefusal, refuse } from './refusal.ts';
import { loadRoot } from './root.ts';
import { checkThreshold } from './threshold.ts';
import { raiseFloor } from './trusted-time.ts';
import type { MetadataFile, Refusal, SignedOf, TrustState } from './types.ts';

/**
 * §5.2: the root, from the store or else as it was given, and what else was stored, as far as the
 * root's keys vouch for it. A damaged file is as good as none. The floor stands on its own, and the
 * stored timestamp raises it again where its file was lost.
 */
export async function loadState(
  store: TrustStore,
  initialRoot: Uint8Array | undefined,
): Promise<TrustState | Refusal> {
  const stored = await store.read('root');
  let state = stored && (await loadRoot(stored));
  if ((!state || isRefusal(state)) && initialRoot) {
    state = await loadRoot(initialRoot);
    if (!isRefusal(state)) await store.write('root', initialRoot);
  }
  if (!state) return refuse('trust-no-root', 'root.json', '5.2', 'no root of trust was given');
  if (isRefusal(state)) return state;
  const [floor, timestamp] = [await store.readFloor(), await loadFile(store, state, 'timestamp')];
  const { keyids } = state.root.signed.roles.timestamp;
  return {
    ...state,
    floor: timestamp ? raiseFloor(floor, timestamp, keyids) : floor,
    timestamp,
    snapshot: await loadFile(store, state, 'snapshot'),
    targets: await loadFile(store, state, 'targets'),
  };
}

async function loadFile<T extends 'timestamp' | 'snapshot' | 'targets'>(
  store: TrustStore,
  state: TrustState,
  type: T,
): Promise<MetadataFile<SignedOf[T]> | undefined> {
  const bytes = await store.read(type);
  const file = bytes && readMetadata(type, bytes, `${type}.json`);
  if (!file || isRefusal(file)) return undefined;
  const { keys, roles } = state.root.signed;
  const refusal = await checkThreshold(file, keys, roles[type], `${type}.json`, '5.2');
  return refusal ? undefined : file;
}
