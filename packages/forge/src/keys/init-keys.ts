import { fail } from '@selvedge/core/errors';
import type { FamilyName } from '@selvedge/core/schema';
import type { KeyDirectory, KeyRole } from './key-directory.ts';

/** A key that was made, and for which role. */
export interface MadeKey {
  readonly role: KeyRole;
  readonly keyid: string;
}

/**
 * Makes the keys of root and targets, and of a family where one is named. A directory that a
 * crash left with one of them is completed; one that has them all is refused.
 *
 * @throws SelvedgeError `bad-input` when every key is there already, `disk-full`, `io-failed`
 */
export async function initKeys(
  keys: KeyDirectory,
  family?: FamilyName,
): Promise<readonly MadeKey[]> {
  const wanted: KeyRole[] = ['root', 'targets', ...(family ? [{ family }] : [])];
  const made: MadeKey[] = [];
  for (const role of wanted) {
    if ((await keys.signers(role)).length > 0) continue;
    made.push({ role, keyid: (await keys.make(role)).keyid });
  }
  if (made.length > 0) return made;
  return fail('bad-input', `${keys.dir} has its keys already`, {
    hint: 'keys are never overwritten: keys rotate replaces one, --out DIR takes another directory',
    details: { dir: keys.dir },
  });
}
