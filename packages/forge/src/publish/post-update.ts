import { TrustUpdated } from '@selvedge/core/api';
import { apiVersion } from '@selvedge/core/schema';
import type { TrustUpdate } from '@selvedge/core/trust';
import type { HubClient } from './hub-client.ts';

/**
 * Posts new metadata and targets; the hub verifies them and publishes them as one change.
 *
 * @param metadata by role.
 * @param targets texts by target path.
 * @throws SelvedgeError `conflict` when a version is not the next one, what the hub says
 */
export async function postUpdate(
  hub: HubClient,
  metadata: ReadonlyMap<string, Uint8Array>,
  targets: ReadonlyMap<string, string> = new Map(),
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
