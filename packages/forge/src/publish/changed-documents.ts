import { fail } from '@selvedge/core/errors';
import {
  Channel,
  channelPath,
  familySlug,
  policyPath,
  Release,
  releasePath,
} from '@selvedge/core/release';
import {
  apiVersion,
  type Descriptor,
  type FamilyName,
  parseWireDocument,
  type Version,
} from '@selvedge/core/schema';
import { sha256Hex, type TrustClient } from '@selvedge/core/trust';
import { accept } from './accept.ts';
import { compareVersions } from './compare-versions.ts';
import type { ReadBuild } from './read-build.ts';

/** What shall be published. */
export interface Wanted {
  readonly build: ReadBuild;
  readonly version: Version;
  readonly channel: string;
  /** The release document's text. */
  readonly release: string;
  readonly index: Descriptor;
}

/**
 * The documents that differ from what is published, by target path, and where the channel points
 * then. A channel does not go back by publishing an older build again, and the policy goes with
 * the channel.
 *
 * @throws SelvedgeError `conflict` when the version is published with other content
 */
export async function changedDocuments(
  client: TrustClient | undefined,
  { build, version, channel, release, index }: Wanted,
): Promise<{ readonly documents: Map<string, string>; readonly channelVersion: Version }> {
  const { family } = build.report;
  const documents = new Map<string, string>();
  const existing = await checkContent(client, family, version, index);
  if (!existing) documents.set(releasePath(family, version), release);

  const pointed = await readChannel(client, family, channel);
  if (pointed !== undefined && compareVersions(version, pointed) < 0) {
    return { documents, channelVersion: pointed };
  }
  const pointer: Channel = { apiVersion, kind: 'Channel', family, channel, version };
  if (pointed !== version) documents.set(channelPath(family, channel), JSON.stringify(pointer));
  const policy = JSON.stringify(build.policy);
  const published = await listedTarget(client, family, policyPath(family));
  if (published?.hashes.sha256 !== (await sha256Hex(new TextEncoder().encode(policy)))) {
    documents.set(policyPath(family), policy);
  }
  return { documents, channelVersion: version };
}

/**
 * The published release of this version, undefined where there is none.
 *
 * @throws SelvedgeError `conflict` when it has other content than `index`
 */
export async function checkContent(
  client: TrustClient | undefined,
  family: FamilyName,
  version: Version,
  index: Descriptor,
): Promise<Release | undefined> {
  const path = releasePath(family, version);
  const text = await readTarget(client, family, path);
  if (text === undefined) return undefined;
  const release = parseWireDocument(Release, JSON.parse(text), path);
  if (release.index.digest === index.digest) return release;
  return fail('conflict', `${family} ${version} is published with other content`, {
    hint: 'a release is immutable: give the new build a new version, with --release or in the blueprint',
    details: { family, version, published: release.index.digest, built: index.digest },
  });
}

async function readChannel(
  client: TrustClient | undefined,
  family: FamilyName,
  channel: string,
): Promise<Version | undefined> {
  const path = channelPath(family, channel);
  const text = await readTarget(client, family, path);
  return text === undefined
    ? undefined
    : parseWireDocument(Channel, JSON.parse(text), path).version;
}

async function readTarget(
  client: TrustClient | undefined,
  family: FamilyName,
  path: string,
): Promise<string | undefined> {
  if (!client || !(await listedTarget(client, family, path))) return undefined;
  return new TextDecoder().decode(accept(await client.target(path)));
}

async function listedTarget(client: TrustClient | undefined, family: FamilyName, path: string) {
  const slug = familySlug(family);
  const roles = client?.state.targets?.signed.delegations?.roles ?? [];
  if (!client || !roles.some(({ name }) => name === slug)) return undefined;
  const { targets } = accept(await client.delegated(slug)).signed;
  return Object.hasOwn(targets, path) ? targets[path] : undefined;
}
