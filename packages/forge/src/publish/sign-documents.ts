import { familySlug } from '@selvedge/core/release';
import type { FamilyName } from '@selvedge/core/schema';
import {
  delegateFamily,
  describeTarget,
  lifetimes,
  type MetadataFile,
  type RootSigned,
  type Signer,
  type TargetFile,
  type TargetsSigned,
} from '@selvedge/core/trust';
import type { KeyDirectory } from '../keys/index.ts';
import { accept } from './accept.ts';
import { firstRoot } from './first-root.ts';
import { nextTargets } from './next-targets.ts';
import type { PublishedTrust } from './published-trust.ts';
import { renewedRoot } from './renewed-root.ts';
import { heldSigner, shortKey, signerOf } from './signers.ts';

/** New metadata, by role, ready to be posted. */
export interface SignedUpdate {
  /** Empty when nothing is new and nothing is about to expire. */
  readonly metadata: ReadonlyMap<string, Uint8Array>;
  /** What was made on the way, in a sentence each: a first root, a family's key. */
  readonly notes: readonly string[];
  /** A root that must be kept before it is posted. */
  readonly root: MetadataFile<RootSigned> | undefined;
}

/**
 * Signs a family's documents: the family's role, and above it what is missing: the family's
 * delegation where it is new, targets and root where the hub has none yet. What has less than a
 * quarter of its life left is renewed on the way, as far as the keys are at hand.
 *
 * @param documents new or changed documents by target path.
 * @throws SelvedgeError `trust-signature` where the keys at hand may not sign what is needed
 */
export async function signDocuments(
  published: PublishedTrust,
  keys: KeyDirectory,
  family: FamilyName,
  documents: ReadonlyMap<string, string>,
  now: Date,
): Promise<SignedUpdate> {
  const notes: string[] = [];
  const metadata = new Map<string, Uint8Array>();
  const { client } = published;
  const root = client
    ? await renewedRoot(client.state.root, keys, notes, now)
    : await firstRoot(published.online, keys, notes, now);
  if (root) metadata.set('root', root.bytes);
  const trustedRoot = root ?? client!.state.root;

  const slug = familySlug(family);
  const targets = client?.state.targets?.signed;
  const role = targets?.delegations?.roles.find(({ name }) => name === slug);
  const current = client && role ? accept(await client.delegated(slug)).signed : undefined;
  const ownerRole = trustedRoot.signed.roles.targets;
  let signer: Signer;
  if (role) {
    signer = await signerOf(keys, { family }, role);
    if (nearItsEnd(targets!, now)) {
      const available = await heldSigner(keys, 'targets', ownerRole);
      if (available) metadata.set('targets', await nextTargets(targets, available, now));
    }
  } else {
    signer = await familySigner(keys, family, notes);
    const delegations = await delegateFamily(targets?.delegations, family, [signer.key]);
    const owner = await signerOf(keys, 'targets', ownerRole);
    metadata.set('targets', await nextTargets(targets, owner, now, { delegations }));
    notes.push(`${family} is new: delegated to key ${shortKey(signer)} by the targets role`);
  }
  if (documents.size > 0 || !current || nearItsEnd(current, now)) {
    metadata.set(slug, await nextFamily(current, documents, signer, now));
  }
  return { metadata, notes, root };
}

const nearItsEnd = ({ expires }: TargetsSigned, now: Date): boolean =>
  Date.parse(expires) - now.valueOf() < lifetimes.targets / 4;

async function nextFamily(
  current: TargetsSigned | undefined,
  documents: ReadonlyMap<string, string>,
  signer: Signer,
  now: Date,
): Promise<Uint8Array> {
  const targets: Record<string, TargetFile> = { ...current?.targets };
  for (const [path, text] of documents) {
    targets[path] = await describeTarget(new TextEncoder().encode(text));
  }
  return nextTargets(current, signer, now, { targets });
}

/** The family's key, made here where the publisher has none: its delegation is about to be made. */
async function familySigner(
  keys: KeyDirectory,
  family: FamilyName,
  notes: string[],
): Promise<Signer> {
  const [signer] = await keys.signers({ family });
  if (signer) return signer;
  const made = await keys.make({ family });
  notes.push(`key made for ${family}: ${shortKey(made)}`);
  return made;
}
