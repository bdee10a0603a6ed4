import { attestation, attestationKeys, mediaTypes } from '@selvedge/core/release';
import { Descriptor, type FamilyName, parseDocument } from '@selvedge/core/schema';
import { ociDigest } from '@selvedge/core/trust';
import { Type } from 'typebox';
import type { HubClient } from './hub-client.ts';
import { pushBlob } from './push-blob.ts';

/** A signed statement on its way to the manifest that it is about. */
export interface Attachment {
  readonly subject: Descriptor;
  /** What kind of statement it is. */
  readonly predicateType: string;
  /** The envelope. */
  readonly content: Uint8Array;
  /** Digest of what it says without the time: what has the same says the same. */
  readonly same: string;
  /** Id of the key that signed it. */
  readonly by: string;
}

const Referrers = Type.Object({ manifests: Type.Array(Descriptor) });

/**
 * Attaches a statement to a manifest as an OCI referrer (distribution specification 1.1): a
 * manifest whose `subject` is that one. Where the registry does not list referrers, they are kept
 * in the index under the tag `<alg>-<hex>`, as "Referrers Tag Schema" says.
 */
export async function attach(
  hub: HubClient,
  family: FamilyName,
  attachment: Attachment,
): Promise<{ readonly manifest: string; readonly pushed: boolean }> {
  const { subject, content } = attachment;
  const listed = await readReferrers(hub, family, subject.digest);
  const known = listed.manifests.find((one) => saysTheSame(one, attachment));
  if (known) return { manifest: known.digest, pushed: false };
  const blobs = [
    { mediaType: attestation.empty, bytes: new TextEncoder().encode('{}') },
    { mediaType: attestation.envelope, bytes: content },
  ];
  const described: Descriptor[] = [];
  for (const { mediaType, bytes } of blobs) {
    const digest = await ociDigest(bytes);
    await pushBlob(hub, family, { digest, size: bytes.length, from: { bytes } });
    described.push({ mediaType, digest, size: bytes.length });
  }
  const manifest = await pushManifest(hub, family, attachment, described);
  if (listed.byTag) {
    await putDocument(hub, family, fallbackTag(subject.digest), mediaTypes.index, {
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: [...listed.manifests, manifest],
    });
  }
  return { manifest: manifest.digest, pushed: true };
}

const saysTheSame = (
  { annotations = {} }: Descriptor,
  { predicateType, same, by }: Attachment,
): boolean =>
  annotations[attestationKeys.predicateType] === predicateType &&
  annotations[attestationKeys.same] === same &&
  annotations[attestationKeys.by] === by;

/** `sha256:abc…` becomes `sha256-abc…`: no tag holds a colon. */
const fallbackTag = (digest: string): string => digest.replace(':', '-');

interface Listed {
  readonly manifests: readonly Descriptor[];
  /** Whether the registry has no referrers API, so that clients look under the tag. */
  readonly byTag: boolean;
}

async function readReferrers(hub: HubClient, family: FamilyName, digest: string): Promise<Listed> {
  const manifests: Descriptor[] = [];
  let next: string | undefined = `v2/${family}/referrers/${digest}`;
  while (next !== undefined) {
    const listed = await hub.request(next, { allow: [404, 405] });
    if (!listed.ok) break;
    manifests.push(...(await manifestsIn(listed)));
    next = nextPage(listed);
    if (next === undefined) return { manifests, byTag: false };
  }
  const tagged = await hub.request(`v2/${family}/manifests/${fallbackTag(digest)}`, {
    allow: [404],
    headers: { accept: mediaTypes.index },
  });
  return { manifests: tagged.ok ? await manifestsIn(tagged) : [], byTag: true };
}

/** Where a list goes on (RFC 8288); undefined on its last page. */
function nextPage(answer: Response): string | undefined {
  const [, target] = /<([^>]+)>\s*;\s*rel="?next"?/.exec(answer.headers.get('link') ?? '') ?? [];
  return target === undefined ? undefined : new URL(target, answer.url).href;
}

const manifestsIn = async (answer: Response): Promise<Descriptor[]> =>
  parseDocument(Referrers, await answer.json(), 'referrers').manifests;

async function pushManifest(
  hub: HubClient,
  family: FamilyName,
  { subject, predicateType, same, by }: Attachment,
  [config, layer]: readonly Descriptor[],
): Promise<Descriptor> {
  const { mediaType, digest, size } = subject;
  const annotations = {
    [attestationKeys.predicateType]: predicateType,
    [attestationKeys.same]: same,
    [attestationKeys.by]: by,
  };
  const document = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: attestation.envelope,
    config,
    layers: [{ ...layer, annotations: { [attestationKeys.predicateType]: predicateType } }],
    subject: { mediaType, digest, size },
    annotations,
  };
  const own = await ociDigest(bytesOf(document));
  await putDocument(hub, family, own, mediaTypes.manifest, document);
  return {
    mediaType: mediaTypes.manifest,
    digest: own,
    size: bytesOf(document).length,
    artifactType: attestation.envelope,
    annotations,
  };
}

const putDocument = (
  hub: HubClient,
  family: FamilyName,
  reference: string,
  mediaType: string,
  document: object,
): Promise<Response> =>
  hub.request(`v2/${family}/manifests/${reference}`, {
    method: 'PUT',
    headers: { 'content-type': mediaType },
    body: JSON.stringify(document),
  });

const bytesOf = (document: object): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(document));
