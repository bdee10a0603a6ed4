import { join } from 'node:path';
import { fail, isSelvedgeError } from '@selvedge/core/errors';
import {
  type Channel,
  channelPath,
  familySlug,
  mediaTypes,
  policyPath,
  Release,
  releasePath,
} from '@selvedge/core/release';
import {
  apiVersion,
  type Descriptor,
  type FamilyName,
  parseDocument,
  type Version,
} from '@selvedge/core/schema';
import { sha256Hex, type TrustClient } from '@selvedge/core/trust';
import { type KeyDirectory, openKeys } from '../keys/index.ts';
import { compareVersions } from './compare-versions.ts';
import { type HubClient, type HubOptions, hubClient } from './hub-client.ts';
import { type Made, releaseIndex, variantManifest } from './manifests.ts';
import { accept, type PublishedTrust, postUpdate, readPublishedTrust } from './published-trust.ts';
import { type PushedBlob, pushBlob } from './push-blob.ts';
import { type PublishableVariant, type ReadBuild, readBuild } from './read-build.ts';
import { releaseDocument } from './release-document.ts';
import { signDocuments } from './sign-documents.ts';

export interface PublishOptions extends HubOptions {
  /** What `selvedge build` wrote. */
  readonly buildDir: string;
  /** The keys directory. */
  readonly keys: string;
  /** Default `stable`. */
  readonly channel?: string | undefined;
  /** Default: the report's. */
  readonly version?: Version | undefined;
  readonly now?: Date | undefined;
  /** One line per step, for a person. */
  readonly onProgress?: ((text: string) => void) | undefined;
}

/** What a publish did. */
export interface Published {
  readonly family: FamilyName;
  readonly version: Version;
  readonly channel: string;
  /** The version that the channel points to now. */
  readonly channelVersion: Version;
  /** False when everything was there already. */
  readonly changed: boolean;
  readonly index: string;
  readonly variants: readonly {
    readonly id: string;
    readonly manifest: string;
    readonly bytes: number;
  }[];
  readonly withheld: ReadBuild['withheld'];
  readonly pushed: { readonly blobs: number; readonly bytes: number };
  /** The version that each role of the repository has now; empty when nothing changed. */
  readonly roles: Readonly<Record<string, number>>;
}

/** How often the repository is read again when somebody else published in between. */
const maxAttempts = 5;

/**
 * Publishes a build: pushes blobs, manifests and the index to the hub's registry, then signs the
 * release, the channel and the policy with the family's key and posts them. What is there already
 * is not sent again, so that a publish that broke off goes on where it stopped, and a second one
 * changes nothing.
 *
 * @throws SelvedgeError `bad-input`, `bad-document` (the build), `conflict` (other content under
 * this version), `trust-…` (keys, the hub's repository), `network`, what the hub says
 */
export async function publish(options: PublishOptions): Promise<Published> {
  const { channel = 'stable', now = new Date(), onProgress: say = () => {} } = options;
  const build = await readBuild(options.buildDir);
  const { family } = build.report;
  const version = options.version ?? build.report.version;
  const hub = hubClient(options);
  const keys = openKeys(options.keys);
  for (const { id, status, reason } of build.withheld)
    say(`${id} is not published: ${status}, ${reason}`);

  const made = await describeBuild(build, version);
  // Refused before anything is pushed, where it is clear already.
  await checkContent(
    await readPublishedTrust(hub, keys, now),
    family,
    version,
    made.index.descriptor,
  );
  const pushed = await pushAll(hub, build, made, version, say);

  const release = JSON.stringify(
    releaseDocument(build.report, version, made.index.descriptor, made.variants),
  );
  const signed = await signAndPost({
    hub,
    keys,
    now,
    say,
    build,
    version,
    channel,
    release,
    index: made.index.descriptor,
  });
  return {
    family,
    version,
    channel,
    ...signed,
    changed: signed.changed,
    index: made.index.descriptor.digest,
    variants: made.variants.map(({ built, manifest }) => ({
      id: built.id,
      manifest: manifest.digest,
      bytes: built.bytes + built.golden.bytes,
    })),
    withheld: build.withheld,
    pushed,
  };
}

interface MadeRelease {
  readonly index: Made;
  readonly variants: readonly {
    readonly built: PublishableVariant;
    readonly config: Made;
    readonly document: Made;
    readonly manifest: Descriptor;
  }[];
}

async function describeBuild(
  { report, publishable }: ReadBuild,
  version: Version,
): Promise<MadeRelease> {
  const variants = [];
  for (const built of publishable) {
    const { config, manifest } = await variantManifest(report.family, {
      ...built,
      model: { digest: built.digest, size: built.bytes },
      golden: { digest: built.golden.digest, size: built.golden.bytes },
    });
    variants.push({ built, config, document: manifest, manifest: manifest.descriptor });
  }
  const index = await releaseIndex(
    report.family,
    version,
    variants.map(({ manifest }) => manifest),
  );
  return { index, variants };
}

/** Blobs before the manifests that name them, manifests before the index. */
async function pushAll(
  hub: HubClient,
  { dir, report: { family } }: ReadBuild,
  made: MadeRelease,
  version: Version,
  say: (text: string) => void,
): Promise<Published['pushed']> {
  let [blobs, bytes] = [0, 0];
  const push = async (blob: PushedBlob): Promise<void> => {
    if (!(await pushBlob(hub, family, blob))) return;
    blobs += 1;
    bytes += blob.size;
  };
  for (const { built, config, document } of made.variants) {
    await push({ digest: built.digest, size: built.bytes, from: { file: join(dir, built.file) } });
    const { golden } = built;
    await push({
      digest: golden.digest,
      size: golden.bytes,
      from: { file: join(dir, golden.file) },
    });
    await push({ ...config.descriptor, from: { bytes: config.bytes } });
    await pushManifest(hub, family, `${version}-${built.id}`, document, mediaTypes.manifest);
    say(`${built.id}: ${built.bytes + golden.bytes} bytes in the registry`);
  }
  await pushManifest(hub, family, version, made.index, mediaTypes.index);
  return { blobs, bytes };
}

async function pushManifest(
  hub: HubClient,
  family: FamilyName,
  tag: string,
  made: Made,
  mediaType: string,
): Promise<void> {
  await hub.request(`v2/${family}/manifests/${tag}`, {
    method: 'PUT',
    headers: { 'content-type': mediaType },
    body: new TextDecoder().decode(made.bytes),
  });
}

interface SignStep {
  readonly hub: HubClient;
  readonly keys: KeyDirectory;
  readonly now: Date;
  readonly say: (text: string) => void;
  readonly build: ReadBuild;
  readonly version: Version;
  readonly channel: string;
  readonly release: string;
  readonly index: Descriptor;
}

/** Signs what is new and posts it; reads again and signs again when somebody was faster. */
async function signAndPost(
  step: SignStep,
): Promise<Pick<Published, 'changed' | 'channelVersion' | 'roles'>> {
  const { hub, keys, now, say, build } = step;
  for (let attempt = 1; ; attempt++) {
    const published = await readPublishedTrust(hub, keys, now);
    const { documents, channelVersion } = await changedDocuments(step, published);
    if (documents.size === 0) {
      say(`${build.report.family} ${step.version} is published already, nothing changed`);
      return { changed: false, channelVersion, roles: {} };
    }
    const update = await signDocuments(published, keys, build.report.family, documents, now);
    // Kept before it is sent: a root that the hub has and its owner lacks could not be continued.
    if (update.root) await keys.saveRoot(update.root);
    for (const note of update.notes) say(note);
    try {
      const { versions } = await postUpdate(hub, update.metadata, update.targets);
      say(`signed: ${[...documents.keys()].join(', ')}`);
      return { changed: true, channelVersion, roles: versions };
    } catch (caught) {
      if (!isSelvedgeError(caught) || caught.code !== 'conflict' || attempt === maxAttempts)
        throw caught;
      say('somebody else published meanwhile, reading again');
    }
  }
}

/** The documents that differ from what is published. */
async function changedDocuments(
  { build, version, channel, release, index }: SignStep,
  published: PublishedTrust,
): Promise<{ documents: Map<string, string>; channelVersion: Version }> {
  const { family } = build.report;
  const documents = new Map<string, string>();
  const existing = await checkContent(published, family, version, index);
  if (!existing) documents.set(releasePath(family, version), release);

  const pointed = await readChannel(published.client, family, channel);
  // A channel does not go back by publishing an older build again.
  const moves = pointed === undefined || compareVersions(version, pointed) >= 0;
  if (!moves) return { documents, channelVersion: pointed };
  const pointer: Channel = { apiVersion, kind: 'Channel', family, channel, version };
  if (pointed !== version) documents.set(channelPath(family, channel), JSON.stringify(pointer));
  const policy = JSON.stringify(build.policy);
  if (!(await isPublished(published.client, family, policyPath(family), policy))) {
    documents.set(policyPath(family), policy);
  }
  return { documents, channelVersion: version };
}

/** The published release of this version, whose content must be the same. */
async function checkContent(
  { client }: PublishedTrust,
  family: FamilyName,
  version: Version,
  index: Descriptor,
): Promise<Release | undefined> {
  const release = await readTarget(client, family, releasePath(family, version));
  if (release === undefined) return undefined;
  const parsed = parseDocument(Release, JSON.parse(release), releasePath(family, version));
  if (parsed.index.digest === index.digest) return parsed;
  return fail('conflict', `${family} ${version} is published with other content`, {
    hint: 'a release is immutable: give the new build a new version, with --release or in the blueprint',
    details: { family, version, published: parsed.index.digest, built: index.digest },
  });
}

async function readChannel(
  client: TrustClient | undefined,
  family: FamilyName,
  channel: string,
): Promise<Version | undefined> {
  const text = await readTarget(client, family, channelPath(family, channel));
  return text === undefined ? undefined : (JSON.parse(text) as Channel).version;
}

async function isPublished(
  client: TrustClient | undefined,
  family: FamilyName,
  path: string,
  text: string,
): Promise<boolean> {
  const listed = await listedTarget(client, family, path);
  return listed?.hashes.sha256 === (await sha256Hex(new TextEncoder().encode(text)));
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
