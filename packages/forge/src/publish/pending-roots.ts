import { maxBytes, type TrustClient } from '@selvedge/core/trust';
import type { KeyDirectory } from '../keys/index.ts';
import type { HubClient } from './hub-client.ts';
import { postUpdate } from './post-update.ts';

/** Sends roots that were made without the hub (`keys rotate`), oldest first. */
export async function sendPendingRoots(
  hub: HubClient,
  keys: KeyDirectory,
  { state }: TrustClient,
): Promise<void> {
  const pending: Uint8Array[] = [];
  for (let version = state.root.signed.version; version > 0; version--) {
    const there = await hub.carrier(`${version}.root.json`, { maxBytes: maxBytes.root });
    const root = there.kind === 'missing' ? await keys.root(version) : undefined;
    if (!root) break;
    pending.unshift(root.bytes);
  }
  for (const bytes of pending) await postUpdate(hub, new Map([['root', bytes]]));
}
