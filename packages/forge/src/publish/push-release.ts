import { join } from 'node:path';
import { variantTag } from '@selvedge/core/release';
import type { Descriptor, FamilyName, Version } from '@selvedge/core/schema';
import { formatBytes } from '@selvedge/core/units';
import type { HubClient } from './hub-client.ts';
import { type Made, releaseIndex, variantManifest } from './manifests.ts';
import { type PushedBlob, pushBlob } from './push-blob.ts';
import type { PublishableVariant, ReadBuild } from './read-build.ts';

/** A release as the registry will hold it, known before anything is pushed. */
export interface MadeRelease {
  readonly index: Made;
  readonly variants: readonly {
    readonly built: PublishableVariant;
    readonly config: Made;
    readonly document: Made;
    readonly manifest: Descriptor;
  }[];
}

/** Makes manifests and index: the same models always give the same digests. */
export async function makeRelease(
  { report, publishable }: ReadBuild,
  version: Version,
): Promise<MadeRelease> {
  const variants = [];
  for (const built of publishable) {
    const { config, manifest } = await variantManifest(report.family, {
      ...built,
      model: { digest: built.digest, size: modelBytes(built) },
      weights: (built.data ?? []).map(({ bytes, ...file }) => ({ ...file, size: bytes })),
      golden: { digest: built.golden.digest, size: built.golden.bytes },
    });
    variants.push({ built, config, document: manifest, manifest: manifest.descriptor });
  }
  const manifests = variants.map(({ manifest }) => manifest);
  return { index: await releaseIndex(report.family, version, manifests), variants };
}

/**
 * Pushes a release: blobs before the manifests that name them, manifests before the index.
 * What the registry has is not sent again.
 */
export async function pushRelease(
  hub: HubClient,
  { dir, report: { family } }: ReadBuild,
  made: MadeRelease,
  version: Version,
  say: (text: string) => void,
): Promise<{ readonly blobs: number; readonly bytes: number }> {
  let [blobs, bytes] = [0, 0];
  const push = async (blob: PushedBlob): Promise<void> => {
    if (!(await pushBlob(hub, family, blob))) return;
    blobs += 1;
    bytes += blob.size;
  };
  for (const { built, config, document } of made.variants) {
    const { golden } = built;
    const model = { file: built.file, digest: built.digest, bytes: modelBytes(built) };
    for (const { file, digest, bytes: size } of [model, ...(built.data ?? [])])
      await push({ digest, size, from: { file: join(dir, file) } });
    await push({
      digest: golden.digest,
      size: golden.bytes,
      from: { file: join(dir, golden.file) },
    });
    await push({ ...config.descriptor, from: { bytes: config.bytes } });
    await putManifest(hub, family, variantTag(version, built.id), document);
    const size = formatBytes(built.bytes + golden.bytes);
    say(`${built.id}: ${size} in the registry, with its golden document`);
  }
  await putManifest(hub, family, version, made.index);
  return { blobs, bytes };
}

/** Of the model's own file, without the weights beside it. */
const modelBytes = ({ bytes, data = [] }: PublishableVariant): number =>
  data.reduce((rest, file) => rest - file.bytes, bytes);

async function putManifest(
  hub: HubClient,
  family: FamilyName,
  tag: string,
  made: Made,
): Promise<void> {
  await hub.request(`v2/${family}/manifests/${tag}`, {
    method: 'PUT',
    headers: { 'content-type': made.descriptor.mediaType },
    body: new TextDecoder().decode(made.bytes),
  });
}
