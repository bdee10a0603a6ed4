import { familySlug } from '@selvedge/core/release';
import type { FamilyName } from '@selvedge/core/schema';
import type { KeyDirectory } from '../keys/index.ts';
import { ownerKeys } from './first-root.ts';
import type { PublishedTrust } from './published-trust.ts';
import { signerOf } from './signers.ts';

/**
 * Refuses a publish whose keys may not sign what it will need, before anything is sent: those of
 * root and targets on a hub without a root, that of targets for a new family, else the family's.
 *
 * @throws SelvedgeError `trust-no-root`, `trust-signature`, `bad-input` (a file that is no key)
 */
export async function checkKeys(
  { client }: PublishedTrust,
  keys: KeyDirectory,
  family: FamilyName,
): Promise<void> {
  if (!client) {
    await ownerKeys(keys);
    return;
  }
  const { root, targets } = client.state;
  const slug = familySlug(family);
  const role = targets?.signed.delegations?.roles.find(({ name }) => name === slug);
  if (role) await signerOf(keys, { family }, role);
  else await signerOf(keys, 'targets', root.signed.roles.targets);
}
