import type { FamilyName } from '@selvedge/core/schema';
import { type KeyRole, openKeys } from './key-directory.ts';

/** A key that was made, and for which role. */
export interface MadeKey {
  readonly role: KeyRole;
  readonly keyid: string;
}

/**
 * Makes the keys of root and targets in a directory, and of a family where one is named; those
 * that are there stay. Each appears whole or not at all, so that calling it again completes what
 * a crash left.
 *
 * @returns the keys that were made; empty when all were there.
 * @throws SelvedgeError `bad-input` (a file that is no key), `disk-full`, `io-failed`
 */
export async function initKeys(dir: string, family?: FamilyName): Promise<readonly MadeKey[]> {
  const keys = openKeys(dir);
  const wanted: KeyRole[] = ['root', 'targets', ...(family ? [{ family }] : [])];
  const made: MadeKey[] = [];
  for (const role of wanted) {
    if ((await keys.signers(role)).length > 0) continue;
    made.push({ role, keyid: (await keys.make(role)).keyid });
  }
  return made;
}
