/** A publisher with keys in memory: pushes tiny releases to a hub and signs for them. */
import { HubTrust } from '@selvedge/core/api';
import {
  channelPath,
  familySlug,
  mediaTypes,
  policyPath,
  releasePath,
} from '@selvedge/core/release';
import type { CompiledPolicy } from '@selvedge/core/route';
import { apiVersion, type FamilyName } from '@selvedge/core/schema';
import {
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
import { fetchJson, requestJson } from '@selvedge/node/http';
import type { TinyRelease } from './tiny-release.ts';

export const newSigner = (): Promise<Signer> =>
  signerFromPem(ed25519Pem(crypto.getRandomValues(new Uint8Array(32))));

export interface TinyPublisher {
  readonly keys: Readonly<Record<'root' | 'targets' | 'family', Signer>>;
  /** What devices are given. */
  readonly root: () => Uint8Array;
  /** Blobs, manifests, then the signed documents, in one update. */
  publish(release: TinyRelease, policy?: CompiledPolicy): Promise<void>;
  /** The family's metadata as it would be after the release, signed by any key. */
  familyMetadata(release: TinyRelease, signer: Signer): Promise<{ text: string; version: number }>;
}

export async function tinyPublisher(
  hub: string,
  family: FamilyName,
  options: { now?: (() => Date) | undefined; token?: string | undefined } = {},
): Promise<TinyPublisher> {
  const { now = () => new Date(), token } = options;
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const keys = { root: await newSigner(), targets: await newSigner(), family: await newSigner() };
  const online = (await fetchJson(`${hub}/api/v1/trust`, HubTrust)).online;
  const root = await signMetadata(
    await makeRoot({
      version: 1,
      now: now(),
      keys: {
        root: [keys.root.key],
        targets: [keys.targets.key],
        snapshot: [online.snapshot],
        timestamp: [online.timestamp],
      },
    }),
    [keys.root],
  );
  const delegations = await delegateFamily(undefined, family, [keys.family.key]);
  const targets = await signMetadata(makeTargets({ version: 1, now: now(), delegations }), [
    keys.targets,
  ]);
  let established = false;
  let version = 0;
  let files: Record<string, TargetFile> = {};

  const documentsOf = ({ release, channel }: TinyRelease, policy?: CompiledPolicy) => ({
    [releasePath(family, release.version)]: JSON.stringify(release),
    [channelPath(family, channel.channel)]: JSON.stringify(channel),
    ...(policy && { [policyPath(family)]: JSON.stringify(policy) }),
  });
  const described = async (documents: Record<string, string>) => {
    const entries = Object.entries(documents).map(
      async ([path, text]) => [path, await describeTarget(new TextEncoder().encode(text))] as const,
    );
    return { ...files, ...Object.fromEntries(await Promise.all(entries)) };
  };
  const sign = async (next: Record<string, TargetFile>, signer: Signer): Promise<string> =>
    decode(
      await signMetadata(makeTargets({ version: version + 1, now: now(), targets: next }), [
        signer,
      ]),
    );

  return {
    keys,
    root: () => root,
    familyMetadata: async (release, signer) => ({
      text: await sign(await described(documentsOf(release)), signer),
      version: version + 1,
    }),
    async publish(release, policy) {
      await pushBlobs(hub, family, release, headers);
      const documents = documentsOf(release, policy);
      const next = await described(documents);
      await requestJson(`${hub}/api/v1/trust/updates`, {
        method: 'POST',
        headers,
        json: {
          apiVersion,
          kind: 'TrustUpdate',
          metadata: {
            ...(!established && { root: decode(root), targets: decode(targets) }),
            [familySlug(family)]: await sign(next, keys.family),
          },
          targets: documents,
        },
      });
      established = true;
      version += 1;
      files = next;
    },
  };
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function pushBlobs(
  hub: string,
  family: FamilyName,
  { release, blobs }: TinyRelease,
  headers: Record<string, string>,
): Promise<void> {
  const put = async (method: string, path: string, body: Uint8Array, type: string) => {
    const answer = await fetch(`${hub}/v2/${family}/${path}`, {
      method,
      body: body as BodyInit,
      headers: { ...headers, 'content-type': type },
    });
    if (answer.status === 201) return;
    throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  };
  const manifests = new Set(release.variants.map(({ manifest }) => manifest.digest));
  for (const [digest, bytes] of blobs) {
    if (manifests.has(digest)) continue;
    await put('POST', `blobs/uploads/?digest=${digest}`, bytes, 'application/octet-stream');
  }
  for (const digest of manifests) {
    await put('PUT', `manifests/${digest}`, blobs.get(digest)!, mediaTypes.manifest);
  }
}
