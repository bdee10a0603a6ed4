import {
  lifetimes,
  type MetadataFile,
  type RootSigned,
  type Signer,
  signMetadata,
  utcText,
} from '@selvedge/core/trust';
import { type KeyDirectory, parseRoot } from '../keys/index.ts';
import { heldSigner } from './signers.ts';

/** The next root with the same keys, where less than a quarter of its life is left and its key is at hand. */
export async function renewedRoot(
  root: MetadataFile<RootSigned>,
  keys: KeyDirectory,
  notes: string[],
  now: Date,
): Promise<MetadataFile<RootSigned> | undefined> {
  const left = Date.parse(root.signed.expires) - now.valueOf();
  if (left >= lifetimes.root / 4) return undefined;
  const signer = await heldSigner(keys, 'root', root.signed.roles.root);
  if (!signer) {
    notes.push(`the root of trust expires at ${root.signed.expires}: its owner must publish soon`);
    return undefined;
  }
  notes.push(`root of trust renewed: it would have expired at ${root.signed.expires}`);
  return sameRoot(root, signer, now);
}

/** The next version of a root with the same keys, valid anew. */
export async function sameRoot(
  { signed }: MetadataFile<RootSigned>,
  signer: Signer,
  now: Date,
): Promise<MetadataFile<RootSigned>> {
  const next = nextRootSigned(signed, signed.roles, signed.keys, now);
  return parseRoot(await signMetadata(next, [signer]), 'root.json');
}

/** The next version of a root, valid anew, with these roles; keys that no role names are left out. */
export function nextRootSigned(
  root: RootSigned,
  roles: RootSigned['roles'],
  keys: RootSigned['keys'],
  now: Date,
): RootSigned {
  const named = new Set(Object.values(roles).flatMap(({ keyids }) => keyids));
  return {
    ...root,
    version: root.version + 1,
    expires: utcText(new Date(now.valueOf() + lifetimes.root)),
    keys: Object.fromEntries(Object.entries(keys).filter(([id]) => named.has(id))),
    roles,
  };
}
