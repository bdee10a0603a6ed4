import { createHash } from 'node:crypto';
import { fail, isSelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import { channelPath, familySlug, type Release, releasePath } from '@selvedge/core/release';
import { Descriptor, type FamilyName, parseDocument, type Version } from '@selvedge/core/schema';
import { Type } from 'typebox';
import { failForStatus, httpFetch } from '../http/index.ts';
import type { Trust } from './open-trust.ts';

/** One link of the chain, and whether it held. */
export interface VerifiedLink {
  readonly what:
    | 'root'
    | 'timestamp'
    | 'snapshot'
    | 'targets'
    | 'family'
    | 'channel'
    | 'release'
    | 'index'
    | 'manifest'
    | 'layer';
  /** A metadata file with its version, a path, a digest. */
  readonly subject: string;
  readonly ok: boolean;
  /** What was checked, or the refusal. */
  readonly detail: string;
}

export interface VerifiedRelease {
  readonly family: FamilyName;
  readonly version: Version;
  readonly ok: boolean;
  readonly links: readonly VerifiedLink[];
}

/**
 * Checks a release as a device would, and further: the chain from the root of trust down to the
 * bytes of every layer of every variant. A link of the registry that does not hold is reported,
 * and the others are still checked.
 *
 * @param origin serves the registry, `/v2/`.
 * @param version default: what the channel points to.
 * @throws SelvedgeError `trust-…` where the signed chain itself does not hold, `not-found`,
 * `network`
 */
export async function verifyRelease(
  trust: Trust,
  origin: string,
  family: FamilyName,
  { version, channel = 'stable' }: { version?: Version | undefined; channel?: string } = {},
): Promise<VerifiedRelease> {
  await trust.refresh();
  const links: VerifiedLink[] = [...metadataLinks(trust)];
  const pointed = version ?? (await trust.channel(family, channel))?.version;
  if (pointed === undefined) return failMissing(channelPath(family, channel));
  if (version === undefined) {
    links.push({
      what: 'channel',
      subject: channelPath(family, channel),
      ok: true,
      detail: `points to ${pointed}`,
    });
  }
  const release = await trust.release(family, pointed);
  if (!release) return failMissing(releasePath(family, pointed));
  links.splice(4, 0, await familyLink(trust, family));
  const named = `signed by the role of ${family}, names ${release.variants.length} variants`;
  links.push({ what: 'release', subject: releasePath(family, pointed), ok: true, detail: named });
  for await (const link of registryLinks(origin, family, release)) links.push(link);
  return { family, version: pointed, ok: links.every(({ ok }) => ok), links };
}

const failMissing = (path: string): never =>
  fail('not-found', `${path}: nothing signed names it`, {
    hint: 'selvedge release list shows what there is',
  });

function* metadataLinks({ client }: Trust): Generator<VerifiedLink> {
  const state = client?.state;
  for (const role of ['root', 'timestamp', 'snapshot', 'targets'] as const) {
    const file = state?.[role];
    if (!state || !file) continue;
    const { threshold } = state.root.signed.roles[role];
    const detail = `signed by ${threshold} of its keys, valid until ${file.signed.expires}`;
    yield { what: role, subject: `${role}.json version ${file.signed.version}`, ok: true, detail };
  }
}

async function familyLink({ client }: Trust, family: FamilyName): Promise<VerifiedLink> {
  const name = familySlug(family);
  const file = await client!.delegated(name);
  if ('refused' in file) return { what: 'family', subject: name, ok: false, detail: file.message };
  const { version, expires } = file.signed;
  return {
    what: 'family',
    subject: `${name}.json version ${version}`,
    ok: true,
    detail: `delegated by targets, valid until ${expires}`,
  };
}

async function* registryLinks(
  origin: string,
  family: FamilyName,
  release: Release,
): AsyncGenerator<VerifiedLink> {
  const base = `${origin.replace(/\/$/, '')}/v2/${family}`;
  yield (await check('index', `${base}/manifests/`, release.index)).link;
  for (const variant of release.variants) {
    const { link, bytes } = await check(
      'manifest',
      `${base}/manifests/`,
      variant.manifest,
      variant.id,
    );
    yield link;
    if (!bytes) continue;
    for (const layer of layersOf(bytes, variant.id)) {
      yield (await check('layer', `${base}/blobs/`, layer, variant.id, false)).link;
    }
  }
}

const Layers = Type.Object({ config: Descriptor, layers: Type.Array(Descriptor) });

function layersOf(bytes: Uint8Array, variant: string): readonly Descriptor[] {
  const { config, layers } = parseDocument(
    Layers,
    JSON.parse(new TextDecoder().decode(bytes)),
    `manifest of ${variant}`,
  );
  return [config, ...layers];
}

/** Fetches and hashes; keeps the bytes of a manifest, and only counts those of a layer. */
async function check(
  what: VerifiedLink['what'],
  base: string,
  { digest, size }: Descriptor,
  of = '',
  keep = true,
): Promise<{ link: VerifiedLink; bytes?: Uint8Array }> {
  const subject = [of, digest].filter(Boolean).join(' ');
  try {
    const answer = await httpFetch(`${base}${digest}`, {
      expect: 'bytes',
      maxBytes: size,
      tooLarge: 'trust-too-large',
    });
    if (!answer.ok) await failForStatus(answer);
    const hash = createHash('sha256');
    const kept: Uint8Array[] = [];
    let received = 0;
    for await (const chunk of answer.body) {
      hash.update(chunk);
      received += chunk.length;
      if (keep) kept.push(chunk);
    }
    const ok = received === size && `sha256:${hash.digest('hex')}` === digest;
    const detail = ok
      ? `${size} bytes, digest as signed`
      : `its ${received} bytes do not have the signed digest`;
    return {
      link: { what, subject, ok, detail },
      ...(ok && keep ? { bytes: Buffer.concat(kept) } : {}),
    };
  } catch (caught) {
    const error = toSelvedgeError(caught);
    if (isSelvedgeError(caught) && ['network', 'timeout'].includes(error.code)) throw error;
    return { link: { what, subject, ok: false, detail: error.message } };
  }
}
