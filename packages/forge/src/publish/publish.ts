import { fail, isSelvedgeError } from '@selvedge/core/errors';
import type { FamilyName, Version } from '@selvedge/core/schema';
import type { Signer } from '@selvedge/core/trust';
import { type KeyDirectory, openKeys } from '../keys/index.ts';
import { type Attestation, attestRelease } from './attest.ts';
import { changedDocuments, checkContent, type Wanted } from './changed-documents.ts';
import { checkKeys } from './check-keys.ts';
import { type HubOptions, hubClient } from './hub-client.ts';
import { postUpdate } from './post-update.ts';
import { readPublishedTrust } from './published-trust.ts';
import { makeRelease, pushRelease } from './push-release.ts';
import { type ReadBuild, readBuild } from './read-build.ts';
import type { Reading } from './reading.ts';
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
  /** False when every document was there already. */
  readonly changed: boolean;
  /** Digest of the OCI index. */
  readonly index: string;
  readonly variants: readonly {
    readonly id: string;
    /** Digest. */
    readonly manifest: string;
    readonly bytes: number;
  }[];
  readonly withheld: ReadBuild['withheld'];
  /** What was sent, and not there before. */
  readonly pushed: { readonly blobs: number; readonly bytes: number };
  /** What the registry holds about the variants (provenance, bill of materials) and the release (matrix). */
  readonly attestations: readonly Attestation[];
  /** The version that each role of the repository has now; empty when nothing was signed. */
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
  for (const { id, status, reason } of build.withheld) {
    say(`${id} is not published: ${status}, ${reason}`);
  }
  for (const { id, status, reason } of build.publishable) {
    if (status === 'unproven') say(`${id} is published unproven: ${reason}`);
  }

  const made = await makeRelease(build, version);
  const index = made.index.descriptor;
  const reading = { hub, keys, family, now, say };
  // A conflict, or a key that is missing, is told before anything is pushed.
  const published = await readPublishedTrust(reading);
  await checkContent(published.client, family, version, index);
  await checkKeys(published, keys, family);
  const pushed = await pushRelease(hub, build, made, version, say);
  const release = JSON.stringify(releaseDocument(build.report, version, index, made.variants));
  const wanted = { build, version, channel, release, index };
  const posted = await signAndPost(reading, wanted);
  // The family's key is there now: the first publish makes it.
  const signer = await attestingKey(keys, family);
  const attestations = await attestRelease(hub, build, made, signer, say);
  const fresh = attestations.filter((one) => one.pushed).length;
  if (fresh > 0)
    say(
      `attached: ${fresh} signed statements: provenance, bills of materials, the matrix where there is one`,
    );
  return {
    family,
    version,
    channel,
    ...posted,
    attestations,
    index: index.digest,
    variants: made.variants.map(({ built, manifest }) => ({
      id: built.id,
      manifest: manifest.digest,
      bytes: built.bytes + built.golden.bytes,
    })),
    withheld: build.withheld,
    pushed,
  };
}

/** The key that signs for the family, the older one while another is about to replace it. */
async function attestingKey(keys: KeyDirectory, family: FamilyName): Promise<Signer> {
  const [signer] = await keys.signers({ family });
  return signer ?? fail('trust-signature', `${keys.fileOf({ family })} is missing`);
}

/** Signs what is new and posts it; reads again and signs again when somebody was faster. */
async function signAndPost(
  reading: Reading,
  wanted: Wanted,
): Promise<Pick<Published, 'changed' | 'channelVersion' | 'roles'>> {
  const { hub, keys, now, say } = reading;
  const { family } = wanted.build.report;
  for (let attempt = 1; ; attempt++) {
    const published = await readPublishedTrust(reading);
    const { documents, channelVersion } = await changedDocuments(published.client, wanted);
    const changed = documents.size > 0;
    if (!changed) say(`${family} ${wanted.version} is published already, nothing changed`);
    const update = await signDocuments(published, keys, family, documents, now);
    if (update.metadata.size === 0) return { changed, channelVersion, roles: {} };
    // Kept before it is sent: a root that the hub has and its owner lacks could not be continued.
    if (update.root) await keys.saveRoot(update.root);
    for (const note of update.notes) say(note);
    try {
      const { versions } = await postUpdate(hub, update.metadata, documents);
      if (changed) say(`signed: ${[...documents.keys()].join(', ')}`);
      return { changed, channelVersion, roles: versions };
    } catch (caught) {
      const raced = isSelvedgeError(caught) && caught.code === 'conflict';
      if (!raced || attempt === maxAttempts) throw caught;
      say('somebody else published meanwhile, reading again');
    }
  }
}
