import { fail } from '@selvedge/core/errors';
import { familySlug } from '@selvedge/core/release';
import type { FamilyName } from '@selvedge/core/schema';
import {
  delegateFamily,
  describeTarget,
  isRefusal,
  type MetadataFile,
  makeRoot,
  makeTargets,
  type RoleKeys,
  type RootSigned,
  readMetadata,
  type Signer,
  signMetadata,
  type TargetFile,
  type TargetsSigned,
} from '@selvedge/core/trust';
import type { KeyDirectory, KeyRole } from '../keys/index.ts';
import type { PublishedTrust } from './published-trust.ts';

/** New metadata, by role, ready to be posted. */
export interface SignedUpdate {
  readonly metadata: ReadonlyMap<string, Uint8Array>;
  readonly targets: ReadonlyMap<string, string>;
  /** What was made on the way, in a sentence each: a first root, a family's key. */
  readonly notes: readonly string[];
  /** A root that must be kept before it is posted. */
  readonly root: MetadataFile<RootSigned> | undefined;
}

/**
 * Signs a family's documents: the family's role, and above it what is missing: the family's
 * delegation where it is new, targets and root where the hub has none yet.
 *
 * @param documents new or changed documents by target path; empty signs nothing.
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
  const root = published.client ? undefined : await firstRoot(published, keys, notes, now);
  if (root) metadata.set('root', root.bytes);
  const trustedRoot = root ?? published.client!.state.root;

  const slug = familySlug(family);
  const targets = published.client?.state.targets?.signed;
  let role = targets?.delegations?.roles.find(({ name }) => name === slug);
  let signer = role && (await signerOf(keys, { family }, role));
  let current: TargetsSigned | undefined;
  if (role) {
    const loaded = await published.client!.delegated(slug);
    if (isRefusal(loaded))
      fail(loaded.code, loaded.message, { hint: 'the hub publishes a damaged role' });
    else current = loaded.signed;
  } else {
    signer = await familySigner(keys, family, notes);
    const delegations = await delegateFamily(targets?.delegations, family, [signer.key]);
    const version = (targets?.version ?? 0) + 1;
    const next = makeTargets({ version, now, targets: targets?.targets ?? {}, delegations });
    const owner = await signerOf(keys, 'targets', trustedRoot.signed.roles.targets);
    metadata.set('targets', await signMetadata(next, [owner]));
    notes.push(`${family} is new: delegated to key ${shortKey(signer)} by the targets role`);
    role = delegations.roles.find(({ name }) => name === slug);
  }
  metadata.set(slug, await familyMetadata(current, documents, signer!, now));
  return { metadata, targets: documents, notes, root };
}

async function familyMetadata(
  current: TargetsSigned | undefined,
  documents: ReadonlyMap<string, string>,
  signer: Signer,
  now: Date,
): Promise<Uint8Array> {
  const targets: Record<string, TargetFile> = { ...current?.targets };
  for (const [path, text] of documents) {
    targets[path] = await describeTarget(new TextEncoder().encode(text));
  }
  return signMetadata(makeTargets({ version: (current?.version ?? 0) + 1, now, targets }), [
    signer,
  ]);
}

/** The first root of a hub: its owner's keys, and the hub's own for snapshot and timestamp. */
async function firstRoot(
  { online }: PublishedTrust,
  keys: KeyDirectory,
  notes: string[],
  now: Date,
): Promise<MetadataFile<RootSigned>> {
  const [root] = await keys.signers('root');
  const [targets] = await keys.signers('targets');
  if (!root || !targets) {
    return fail(
      'trust-no-root',
      `the hub has no root of trust yet, and ${keys.dir} lacks ${root ? 'targets' : 'root'}.pem`,
      {
        hint: `make them with: selvedge keys init --out ${keys.dir}`,
      },
    );
  }
  // A publish that broke off has left one, and a hub that starts over continues the same line.
  const before = await keys.root();
  const signed = await makeRoot({
    version: before?.signed.version ?? 1,
    now,
    keys: {
      root: [root.key],
      targets: [targets.key],
      snapshot: [online.snapshot],
      timestamp: [online.timestamp],
    },
  });
  if (before && sameKeys(before.signed, signed)) return before;
  if (before) Object.assign(signed, { version: before.signed.version + 1 });
  const made = readMetadata('root', await signMetadata(signed, [root]), 'root.json');
  if (isRefusal(made)) return fail('internal', made.message);
  notes.push(
    `root of trust made: version ${signed.version}, key ${shortKey(root)}, in ${keys.dir}/root.json`,
  );
  return made;
}

const sameKeys = (a: RootSigned, b: RootSigned): boolean =>
  (['root', 'targets', 'snapshot', 'timestamp'] as const).every(
    (role) => a.roles[role].keyids.join() === b.roles[role].keyids.join(),
  );

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

/** The key at hand that the role names. */
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

export const shortKey = ({ keyid }: { readonly keyid: string }): string => `${keyid.slice(0, 12)}…`;
