import { fail } from '@selvedge/core/errors';
import type { RoleKeys, Signer } from '@selvedge/core/trust';
import type { KeyDirectory, KeyRole } from '../keys/index.ts';

/** The key at hand that a role names; undefined when there is none. */
export async function heldSigner(
  keys: KeyDirectory,
  role: KeyRole,
  named: RoleKeys,
): Promise<Signer | undefined> {
  return (await keys.signers(role)).find(({ keyid }) => named.keyids.includes(keyid));
}

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
  const held = await heldSigner(keys, role, named);
  if (held) return held;
  const file = keys.fileOf(role);
  const name = typeof role === 'string' ? `the ${role} role` : role.family;
  const [other] = await keys.signers(role);
  return fail(
    'trust-signature',
    other
      ? `${file} is key ${shortKey(other)}, which may not sign for ${name}`
      : `${file} is missing, and nothing else may sign for ${name}`,
    {
      hint: `put the private key ${named.keyids.join(' or ')} there, or give the keys directory that has it`,
      details: { file, keyids: named.keyids },
    },
  );
}

/** A key's id, short enough for a line. */
export const shortKey = ({ keyid }: { readonly keyid: string }): string => `${keyid.slice(0, 12)}…`;
