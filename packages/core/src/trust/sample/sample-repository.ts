import { channelPath, familySlug } from '../../release/paths.ts';
import { apiVersion, type FamilyName } from '../../schema/index.ts';
import { type Applied, applyUpdate } from '../apply-update.ts';
import { delegateFamily, describeTarget, makeRoot, makeTargets, signMetadata } from '../author.ts';
import { isConflict } from '../conflict.ts';
import type { Carrier } from '../ports.ts';
import { renewTimestamp } from '../publish-snapshot.ts';
import { isRefusal } from '../refusal.ts';
import type { Repository } from '../repository.ts';
import { ed25519Pem, type Signer, signerFromPem } from '../signer.ts';
import type { Delegations, TargetFile, TopRole } from '../types.ts';

/** A signer whose key is made from a number, for tests and drills: no secret at all. */
export const sampleSigner = (seed: number): Promise<Signer> =>
  signerFromPem(ed25519Pem(new Uint8Array(32).map((_, at) => (seed * 31 + at * 7) % 256)));

/**
 * A whole repository in memory, with all its keys: what an owner, a publisher and a hub hold
 * together. For tests and drills; it signs whatever it is told to.
 */
export interface SampleRepository {
  readonly signers: Readonly<Record<TopRole, Signer>>;
  /** The files as a hub serves them under `/trust/`. */
  readonly files: Map<string, Uint8Array>;
  readonly repository: Repository;
  /** `1.root.json`. */
  readonly root: Uint8Array;
  familySigner(family: FamilyName): Promise<Signer>;
  /** Publishes documents of a family, by their target path. */
  publish(
    family: FamilyName,
    documents: Readonly<Record<string, string>>,
    now: Date,
  ): Promise<void>;
  /** Signs a new timestamp. */
  renew(now: Date): Promise<void>;
  /** Applies an update as a hub does; throws what it refuses. */
  apply(
    metadata: Record<string, Uint8Array>,
    targets: Record<string, string>,
    now: Date,
  ): Promise<Applied>;
  /** Serves the files, and counts the requests by path. */
  readonly carrier: Carrier;
  readonly requests: string[];
}

/** Makes a repository with a root, an empty targets role and a channel document per family. */
export async function sampleRepository(
  now: Date,
  families: readonly FamilyName[] = ['acme/glyphs'],
): Promise<SampleRepository> {
  const signers = {
    root: await sampleSigner(1),
    targets: await sampleSigner(2),
    snapshot: await sampleSigner(3),
    timestamp: await sampleSigner(4),
  };
  const files = new Map<string, Uint8Array>();
  const requests: string[] = [];
  let current: Repository | undefined;

  const familySigner = (family: FamilyName): Promise<Signer> =>
    sampleSigner(
      100 + [...family].reduce((sum, char) => (sum * 33 + char.charCodeAt(0)) % 7919, 5),
    );

  async function apply(
    metadata: Record<string, Uint8Array>,
    targets: Record<string, string>,
    at: Date,
  ) {
    const texts = Object.entries(metadata).map(([role, bytes]) => [
      role,
      new TextDecoder().decode(bytes),
    ]);
    const update = {
      apiVersion,
      kind: 'TrustUpdate',
      metadata: Object.fromEntries(texts),
      targets,
    } as const;
    const applied = await applyUpdate(current, update, signers, at);
    if (isRefusal(applied) || isConflict(applied)) throw new TypeError(applied.message);
    for (const { path, bytes } of applied.files) files.set(path, bytes);
    current = applied.repository;
    return applied;
  }

  async function familyFile(
    family: FamilyName,
    documents: Readonly<Record<string, string>>,
    at: Date,
  ) {
    const before = current?.roles.get(familySlug(family))?.signed;
    const targets: Record<string, TargetFile> = { ...before?.targets };
    for (const [path, text] of Object.entries(documents)) {
      targets[path] = await describeTarget(new TextEncoder().encode(text));
    }
    const signed = makeTargets({ version: (before?.version ?? 0) + 1, now: at, targets });
    return signMetadata(signed, [await familySigner(family)]);
  }

  const root = await signMetadata(
    await makeRoot({
      version: 1,
      now,
      keys: {
        root: [signers.root.key],
        targets: [signers.targets.key],
        snapshot: [signers.snapshot.key],
        timestamp: [signers.timestamp.key],
      },
    }),
    [signers.root],
  );
  let delegations: Delegations = { keys: {}, roles: [] };
  const metadata: Record<string, Uint8Array> = { root };
  const documents: Record<string, string> = {};
  for (const family of families) {
    delegations = await delegateFamily(delegations, family, [(await familySigner(family)).key]);
    const path = channelPath(family, 'stable');
    documents[path] = sampleChannel(family);
    metadata[familySlug(family)] = await familyFile(family, { [path]: documents[path] }, now);
  }
  metadata.targets = await signMetadata(makeTargets({ version: 1, now, delegations }), [
    signers.targets,
  ]);
  await apply(metadata, documents, now);

  return {
    signers,
    files,
    root,
    requests,
    familySigner,
    apply,
    get repository() {
      return current!;
    },
    async publish(family, texts, at) {
      await apply({ [familySlug(family)]: await familyFile(family, texts, at) }, { ...texts }, at);
    },
    async renew(at) {
      const renewed = await renewTimestamp(current!, signers, at);
      for (const { path, bytes } of renewed.files) files.set(path, bytes);
      current = renewed.repository;
    },
    async carrier(path, { maxBytes, tag }) {
      requests.push(path);
      const bytes = files.get(path);
      if (!bytes) return { kind: 'missing' };
      const own = path === 'timestamp.json' ? `"${current!.timestamp.signed.version}"` : undefined;
      if (own !== undefined && own === tag) return { kind: 'unchanged' };
      return bytes.length > maxBytes ? { kind: 'too-large' } : { kind: 'found', bytes, tag: own };
    },
  };
}

const sampleChannel = (family: FamilyName): string =>
  JSON.stringify({ apiVersion, kind: 'Channel', family, channel: 'stable', version: '1.0.0' });
