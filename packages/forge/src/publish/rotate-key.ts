import { fail } from '@selvedge/core/errors';
import { familySlug } from '@selvedge/core/release';
import type { FamilyName } from '@selvedge/core/schema';
import {
  delegateFamily,
  type MetadataFile,
  type RootSigned,
  type Signer,
  signMetadata,
  type TrustClient,
} from '@selvedge/core/trust';
import { type KeyDirectory, type KeyRole, openKeys, parseRoot } from '../keys/index.ts';
import { accept } from './accept.ts';
import { type HubOptions, hubClient } from './hub-client.ts';
import { nextTargets } from './next-targets.ts';
import { postUpdate } from './post-update.ts';
import { readPublishedTrust } from './published-trust.ts';
import { nextRootSigned } from './renewed-root.ts';
import { signerOf } from './signers.ts';

export interface RotateOptions extends Partial<HubOptions> {
  /** The keys directory. */
  readonly keys: string;
  readonly role: KeyRole;
  readonly now?: Date | undefined;
  /** One line per thing that was renewed on the way, for a person. */
  readonly onProgress?: ((text: string) => void) | undefined;
}

/** What a rotation did. */
export interface Rotated {
  readonly role: KeyRole;
  readonly from: string | null;
  readonly to: string;
  /** Whether a hub publishes it; a root that is not sent goes with the next publish. */
  readonly published: boolean;
}

/**
 * Replaces a role's key: root (the new root is signed by the old and the new key), targets, or a
 * family. What the new key signs is posted before the old key is retired, so that a rotation
 * that breaks off is finished by calling it again.
 *
 * @throws SelvedgeError `usage` (targets and families need a hub), `trust-…`, what the hub says
 */
export async function rotateKey(options: RotateOptions): Promise<Rotated> {
  const { role, now = new Date(), onProgress: say = () => {} } = options;
  const keys = openKeys(options.keys);
  const [current] = await keys.signers(role);
  if (!current) {
    fail('not-found', `${keys.dir} has no key of ${nameOf(role)} to replace`, {
      hint: 'keys init makes the first one',
    });
  }
  const next = await keys.makeNext(role);
  const rotated = { role, from: current.keyid, to: next.keyid };
  if (options.hub === undefined) {
    await rotateRootOffline(keys, role, next, now);
    await keys.promote(role);
    return { ...rotated, published: false };
  }
  const hub = hubClient({ ...options, hub: options.hub });
  const family = typeof role === 'string' ? undefined : role.family;
  const { client } = await readPublishedTrust({ hub, keys, family, now, say });
  if (client) {
    const metadata = await rotatedMetadata(client, keys, role, next, now);
    const root = metadata.get('root');
    if (root) await keys.saveRoot(parseRoot(root, 'root.json'));
    if (metadata.size > 0) await postUpdate(hub, metadata);
  }
  await keys.promote(role);
  return { ...rotated, published: client !== undefined };
}

const nameOf = (role: KeyRole): string => (typeof role === 'string' ? role : role.family);

async function rotateRootOffline(
  keys: KeyDirectory,
  role: KeyRole,
  next: Signer,
  now: Date,
): Promise<void> {
  const root = await keys.root();
  if (!root) return; // Nothing was signed with the old key yet.
  if (role !== 'root') {
    fail('usage', `a new key of ${nameOf(role)} has to be published`, { hint: 'add --hub URL' });
  }
  if (root.signed.roles.root.keyids.includes(next.keyid)) return;
  await keys.saveRoot(parseRoot(await nextRoot(root, keys, 'root', next, now), 'root.json'));
}

/** The metadata that makes the new key the role's; empty when it is already. */
async function rotatedMetadata(
  { state, delegated }: TrustClient,
  keys: KeyDirectory,
  role: KeyRole,
  next: Signer,
  now: Date,
): Promise<Map<string, Uint8Array>> {
  const metadata = new Map<string, Uint8Array>();
  const targets = state.targets!.signed;
  if (typeof role === 'string') {
    if (state.root.signed.roles[role].keyids.includes(next.keyid)) return metadata;
    metadata.set('root', await nextRoot(state.root, keys, role, next, now));
    if (role === 'targets') metadata.set('targets', await nextTargets(targets, next, now));
    return metadata;
  }
  const slug = familySlug(role.family);
  const delegation = targets.delegations?.roles.find(({ name }) => name === slug);
  if (!delegation) return failUnknown(role.family);
  if (delegation.keyids.includes(next.keyid)) return metadata;
  const file = accept(await delegated(slug)).signed;
  const delegations = await delegateFamily(targets.delegations, role.family, [next.key]);
  const owner = await signerOf(keys, 'targets', state.root.signed.roles.targets);
  metadata.set('targets', await nextTargets(targets, owner, now, { delegations }));
  return metadata.set(slug, await nextTargets(file, next, now));
}

/** The next root, in which `next` stands in the place of the role's key (§6.1: both sign). */
async function nextRoot(
  root: MetadataFile<RootSigned>,
  keys: KeyDirectory,
  role: 'root' | 'targets',
  next: Signer,
  now: Date,
): Promise<Uint8Array> {
  const old = await signerOf(keys, 'root', root.signed.roles.root);
  const retired =
    role === 'root' ? old.keyid : (await signerOf(keys, role, root.signed.roles[role])).keyid;
  const before = root.signed.roles[role];
  const keyids = before.keyids.map((id) => (id === retired ? next.keyid : id));
  const roles = { ...root.signed.roles, [role]: { ...before, keyids } };
  const known = { ...root.signed.keys, [next.keyid]: next.key };
  const signed = nextRootSigned(root.signed, roles, known, now);
  return signMetadata(signed, role === 'root' ? [old, next] : [old]);
}

const failUnknown = (family: FamilyName): never =>
  fail('not-found', `the hub publishes nothing of ${family}`, { hint: 'check the name' });
