import { fail } from '@selvedge/core/errors';
import type { RoleKeys, Signer } from '@selvedge/core/trust';
import type { KeyDirectory, KeyRole } from '../keys/index.ts';

/**
 * The key at hand that a role names.
 *
 * @throws SelvedgeError `trust-signature` when there is none
 */
export async function signerOf(
  keys: KeyDirectory,
  role: KeyRole,
  named: RoleKeys,
): Promise<Signer> {
  const found = (await keys.signers(role)).find(({ keyid }) => named.keyids.includes(keyid));
  if (found) return found;
  const name = typeof role === 'string' ? `the ${role} role` : role.family;
  return fail('trust-signature', `${keys.dir} has no key that may sign for ${name}`, {
    hint: `it needs the private key ${named.keyids.join(' or ')}`,
    details: { keyids: named.keyids },
  });
}

/** A key's id, short enough for a line. */
export const shortKey = ({ keyid }: { readonly keyid: string }): string => `${keyid.slice(0, 12)}…`;
