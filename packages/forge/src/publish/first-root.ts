import type { HubTrust } from '@selvedge/core/api';
import { fail } from '@selvedge/core/errors';
import {
  type MetadataFile,
  makeRoot,
  type RootSigned,
  type Signer,
  signMetadata,
  topRoles,
} from '@selvedge/core/trust';
import { type KeyDirectory, parseRoot } from '../keys/index.ts';
import { shortKey } from './signers.ts';

/**
 * The root for a hub that has none: its owner's keys, and the hub's own for snapshot and
 * timestamp. One that a broken-off publish left is taken again; a hub that starts over gets the
 * next version, so that devices that knew the old one can follow.
 *
 * @throws SelvedgeError `trust-no-root` without the owner's keys
 */
export async function firstRoot(
  online: HubTrust['online'],
  keys: KeyDirectory,
  notes: string[],
  now: Date,
): Promise<MetadataFile<RootSigned>> {
  const { root, targets } = await ownerKeys(keys);
  const before = await keys.root();
  const wanted = {
    root: [root.key],
    targets: [targets.key],
    snapshot: [online.snapshot],
    timestamp: [online.timestamp],
  };
  const version = (before?.signed.version ?? 0) + 1;
  const signed = await makeRoot({ version, now, keys: wanted });
  if (before && sameKeys(before.signed, signed)) return before;
  notes.push(
    `root of trust made: version ${version}, key ${shortKey(root)}, in ${keys.dir}/root.json`,
  );
  return parseRoot(await signMetadata(signed, [root]), 'root.json');
}

/**
 * The keys that the first root of a hub needs.
 *
 * @throws SelvedgeError `trust-no-root` where one is missing
 */
export async function ownerKeys(
  keys: KeyDirectory,
): Promise<{ readonly root: Signer; readonly targets: Signer }> {
  const [root] = await keys.signers('root');
  const [targets] = await keys.signers('targets');
  if (root && targets) return { root, targets };
  const file = keys.fileOf(root ? 'targets' : 'root');
  return fail('trust-no-root', `the hub has no root of trust yet, and ${file} is missing`, {
    hint: `make the owner's keys with: selvedge keys init --out ${keys.dir}`,
    details: { file },
  });
}

const sameKeys = (a: RootSigned, b: RootSigned): boolean =>
  topRoles.every((role) => a.roles[role].keyids.join() === b.roles[role].keyids.join());
