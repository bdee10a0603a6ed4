import { join } from 'node:path';
import type { Signer } from '@selvedge/core/trust';
import { openSigner } from '@selvedge/node/trust';

/** The keys that a hub signs with by itself. Those of root, targets and families stay elsewhere. */
export interface OnlineKeys {
  readonly snapshot: Signer;
  readonly timestamp: Signer;
}

/** Reads the online keys from `dir`, or makes them. */
export async function openOnlineKeys(dir: string): Promise<OnlineKeys> {
  const open = (name: string): Promise<Signer> =>
    openSigner(
      join(dir, name),
      'restore it from a backup; a new key would need a new root from its owner',
    );
  return { snapshot: await open('snapshot.pem'), timestamp: await open('timestamp.pem') };
}
