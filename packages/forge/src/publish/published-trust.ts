import { HubTrust } from '@selvedge/core/api';
import { fail } from '@selvedge/core/errors';
import { memoryTrustStore, openTrustClient, type TrustClient } from '@selvedge/core/trust';
import { accept } from './accept.ts';
import { sendPendingRoots } from './pending-roots.ts';
import type { Reading } from './reading.ts';
import { refreshAndRenew } from './renew-expired.ts';

/** What a hub publishes now, verified with the publisher's own root, and its online keys. */
export interface PublishedTrust {
  readonly online: HubTrust['online'];
  /** Undefined before the first publish. */
  readonly client: TrustClient | undefined;
}

/**
 * Reads a hub's repository as a device would: a publisher that signs the next version of what it
 * did not verify would sign for an attacker. Where a device would stop because something has
 * expired, it is renewed first, as far as the keys are at hand.
 *
 * @throws SelvedgeError `trust-no-root` without a root.json in `keys`, `trust-…`, `network`
 */
export async function readPublishedTrust(reading: Reading): Promise<PublishedTrust> {
  const { hub, keys, now } = reading;
  const { established, online } = await hub.json('api/v1/trust', HubTrust);
  if (!established) return { online, client: undefined };
  const root = await keys.root();
  if (!root) {
    return fail(
      'trust-no-root',
      `${keys.dir} has no root.json, and the hub at ${hub.url} has one already`,
      {
        hint: 'use the keys that it was first published with, or ask its owner for root.json',
      },
    );
  }
  const ports = { fetch: hub.carrier, store: memoryTrustStore(), clock: () => now };
  const client = accept(await openTrustClient(ports, root.bytes));
  await refreshAndRenew(reading, client);
  await sendPendingRoots(hub, keys, client);
  if (client.state.root.signed.version > root.signed.version)
    await keys.saveRoot(client.state.root);
  return { online, client };
}
