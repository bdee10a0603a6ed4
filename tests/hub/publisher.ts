/** An owner and publisher for tests: holds the offline keys, signs updates for a real hub. */
import { randomBytes } from 'node:crypto';
import { HubTrust } from '@selvedge/core/api';
import { channelPath, familySlug, releasePath } from '@selvedge/core/release';
import { apiVersion } from '@selvedge/core/schema';
import {
  type Delegations,
  delegateFamily,
  describeTarget,
  ed25519Pem,
  makeRoot,
  makeTargets,
  type Signer,
  signerFromPem,
  signMetadata,
  type TargetFile,
} from '@selvedge/core/trust';
import { fetchJson } from '@selvedge/node/http';

const newSigner = (): Promise<Signer> => signerFromPem(ed25519Pem(randomBytes(32)));
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export interface Publisher {
  /** The first root and targets, for this hub's online keys. */
  establish(): Promise<Record<string, unknown>>;
  /** The next version of a family's role with one more release, on channel `stable`. */
  release(family: string, version: string): Promise<Record<string, unknown>>;
  /** The next root, for the online keys that the hub has now. */
  rotateRoot(): Promise<Record<string, unknown>>;
  post(update: unknown, token?: string): Promise<Response>;
  /** Where the hub answers after a restart. */
  moveTo(hub: string): void;
}

export async function openPublisher(
  firstHub: string,
  now: () => Date = () => new Date(),
): Promise<Publisher> {
  let hub = firstHub;
  const keys = { root: await newSigner(), targets: await newSigner() };
  const families = new Map<string, Signer>();
  const versions = new Map<string, number>();
  const targets = new Map<string, Record<string, TargetFile>>();
  let delegations: Delegations | undefined;
  const next = (role: string): number => {
    versions.set(role, (versions.get(role) ?? 0) + 1);
    return versions.get(role)!;
  };
  const signTargets = async () =>
    text(
      await signMetadata(makeTargets({ version: next('targets'), now: now(), delegations }), [
        keys.targets,
      ]),
    );
  const signRoot = async () => {
    const { online } = await fetchJson(`${hub}/api/v1/trust`, HubTrust);
    const root = await makeRoot({
      version: next('root'),
      now: now(),
      keys: {
        root: [keys.root.key],
        targets: [keys.targets.key],
        snapshot: [online.snapshot],
        timestamp: [online.timestamp],
      },
    });
    return text(await signMetadata(root, [keys.root]));
  };
  const updateOf = (metadata: Record<string, string>, documents: Record<string, string> = {}) => ({
    apiVersion,
    kind: 'TrustUpdate',
    metadata,
    targets: documents,
  });
  return {
    establish: async () => updateOf({ root: await signRoot(), targets: await signTargets() }),
    rotateRoot: async () => updateOf({ root: await signRoot() }),
    moveTo(url) {
      hub = url;
    },
    async release(family, version) {
      const role = familySlug(family);
      const metadata: Record<string, string> = {};
      if (!families.has(family)) {
        families.set(family, await newSigner());
        delegations = await delegateFamily(delegations, family, [families.get(family)!.key]);
        metadata.targets = await signTargets();
      }
      const documents = {
        [releasePath(family, version)]: JSON.stringify(releaseOf(family, version)),
        [channelPath(family, 'stable')]: JSON.stringify({
          apiVersion,
          kind: 'Channel',
          family,
          channel: 'stable',
          version,
        }),
      };
      const listed = targets.get(family) ?? {};
      for (const [path, content] of Object.entries(documents)) {
        listed[path] = await describeTarget(new TextEncoder().encode(content));
      }
      targets.set(family, listed);
      const signed = makeTargets({ version: next(role), now: now(), targets: listed });
      metadata[role] = text(await signMetadata(signed, [families.get(family)!]));
      return updateOf(metadata, documents);
    },
    post: (update, token) =>
      fetch(`${hub}/api/v1/trust/updates`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        body: JSON.stringify(update),
      }),
  };
}

function releaseOf(family: string, version: string) {
  const descriptor = { mediaType: 'application/json', digest: `sha256:${'a'.repeat(64)}`, size: 1 };
  return {
    apiVersion,
    kind: 'Release',
    family,
    version,
    createdAt: '2026-11-20T00:00:00Z',
    index: descriptor,
    inputs: [],
    outputs: [],
    variants: [
      {
        id: 'fp32',
        tier: 'device',
        precision: 'fp32',
        engine: 'onnxruntime',
        opset: 17,
        manifest: descriptor,
        bytes: 1,
        workload: { macs: 1, weightBytes: 1, activationBytes: 1, peakMemoryBytes: 1, nodes: 1 },
        latency: [],
      },
    ],
  };
}
