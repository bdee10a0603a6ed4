import { HubTrust, TrustUpdated } from '@selvedge/core/api';
import { fail, SelvedgeError } from '@selvedge/core/errors';
import { apiVersion } from '@selvedge/core/schema';
import {
  isRefusal,
  maxBytes,
  memoryTrustStore,
  openTrustClient,
  type Refusal,
  type TrustClient,
  type TrustUpdate,
} from '@selvedge/core/trust';
import type { KeyDirectory } from '../keys/index.ts';
import type { HubClient } from './hub-client.ts';

/** What a hub publishes now, verified with the publisher's own root, and its online keys. */
export interface PublishedTrust {
  readonly online: HubTrust['online'];
  /** Undefined before the first publish. */
  readonly client: TrustClient | undefined;
}

/**
 * Reads a hub's repository as a device would: a publisher that signs the next version of what it
 * did not verify would sign for an attacker.
 *
 * @throws SelvedgeError `trust-no-root` without a root.json in `keys`, `trust-…`, `network`
 */
export async function readPublishedTrust(
  hub: HubClient,
  keys: KeyDirectory,
  now: Date,
): Promise<PublishedTrust> {
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
  accept(await client.refresh());
  await sendPendingRoots(hub, keys, client);
  if (client.state.root.signed.version > root.signed.version)
    await keys.saveRoot(client.state.root);
  return { online, client };
}

/** Sends roots that were made without the hub (`keys rotate`), oldest first. */
async function sendPendingRoots(
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
  for (const bytes of pending) await postUpdate(hub, new Map([['root', bytes]]), new Map());
}

/** Posts new metadata and targets; the hub verifies them and publishes them as one change. */
export async function postUpdate(
  hub: HubClient,
  metadata: ReadonlyMap<string, Uint8Array>,
  targets: ReadonlyMap<string, string>,
): Promise<TrustUpdated> {
  const texts = [...metadata].map(([role, bytes]) => [role, new TextDecoder().decode(bytes)]);
  const update: TrustUpdate = {
    apiVersion,
    kind: 'TrustUpdate',
    metadata: Object.fromEntries(texts),
    targets: Object.fromEntries(targets),
  };
  return hub.json('api/v1/trust/updates', TrustUpdated, update);
}

/** A refusal as the error it is for a publisher. */
export function accept<T>(value: T | Refusal): T {
  if (!isRefusal(value)) return value;
  throw new SelvedgeError(value.code, value.message, {
    hint: 'the hub does not publish what these keys vouch for; nothing was signed',
    details: { subject: value.subject, section: `TUF ${value.section}` },
  });
}
