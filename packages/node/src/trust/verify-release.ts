import { fail } from '@selvedge/core/errors';
import {
  annotations,
  channelPath,
  familySlug,
  mediaTypes,
  type Release,
  releasePath,
} from '@selvedge/core/release';
import { Descriptor, type FamilyName, parseDocument, type Version } from '@selvedge/core/schema';
import type { TrustKey } from '@selvedge/core/trust';
import { Type } from 'typebox';
import { checkDescribed } from './check-described.ts';
import type { Trust } from './open-trust.ts';
import {
  type Subject,
  type VerifiedAttestation,
  verifyAttestations,
} from './verify-attestations.ts';

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
    | 'layer'
    | 'attestation';
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
  /** What the registry says of the variants and of the release, and what of it is missing. */
  readonly attestations: readonly VerifiedAttestation[];
}

/**
 * Checks a release as a device would, and further: the chain from the root of trust down to the
 * bytes of every layer of every variant, and what is attached to them. A link of the registry that
 * does not hold is reported, and the others are still checked.
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
  const registry = await registryLinks(origin, family, release, familyKeys(trust, family));
  links.push(...registry.links);
  const ok = links.every((link) => link.ok);
  return { family, version: pointed, ok, links, attestations: registry.attestations };
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

/** The registry's part: what it serves is what was signed, and what it says of that holds. */
async function registryLinks(
  origin: string,
  family: FamilyName,
  release: Release,
  keys: Readonly<Record<string, TrustKey>>,
): Promise<{ links: VerifiedLink[]; attestations: VerifiedAttestation[] }> {
  const base = `${origin.replace(/\/$/, '')}/v2/${family}`;
  const links: VerifiedLink[] = [];
  const check = async (
    what: VerifiedLink['what'],
    descriptor: Descriptor,
    of = '',
  ): Promise<Uint8Array | undefined> => {
    const path = what === 'layer' ? 'blobs' : 'manifests';
    const found = await checkDescribed(`${base}/${path}/`, descriptor, { keep: what !== 'layer' });
    const subject = [of, descriptor.digest].filter(Boolean).join(' ');
    links.push({ what, subject, ok: found.ok, detail: found.detail });
    return found.ok ? found.bytes : undefined;
  };
  await check('index', release.index);
  const subjects: Subject[] = [];
  for (const { id, manifest } of release.variants) {
    const bytes = await check('manifest', manifest, id);
    if (!bytes) continue;
    const layers = layersOf(bytes, id);
    for (const layer of layers) await check('layer', layer, id);
    subjects.push(variantSubject(id, manifest, layers));
  }
  const attestations: VerifiedAttestation[] = [];
  for (const subject of [...subjects, releaseSubject(release, subjects)]) {
    attestations.push(...(await verifyAttestations(origin, family, subject, keys)));
  }
  return { links: [...links, ...attestations.flatMap(attestationLink)], attestations };
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

const hex = ({ digest }: Descriptor): string => digest.replace(/^sha256:/, '');

/** What statements about a variant must speak of: its manifest, its model, its weights. */
function variantSubject(id: string, manifest: Descriptor, layers: readonly Descriptor[]): Subject {
  const files = layers.filter(({ mediaType }) => mediaType === mediaTypes.modelWeights);
  const isModel = (layer: Descriptor) => layer.annotations?.[annotations.filepath] === 'model.onnx';
  const models = files.filter(isModel).map(hex);
  const weights = files.filter((file) => !isModel(file)).map(hex);
  return {
    variant: id,
    digest: manifest.digest,
    kinds: ['provenance', 'bom'],
    spoken: {
      subjects: [hex(manifest), ...models, ...weights],
      models: Object.fromEntries(models.map((model) => [id, model])),
      weights,
    },
  };
}

/** A matrix speaks of the index and of every variant; not every build has one. */
const releaseSubject = ({ index, variants }: Release, of: readonly Subject[]): Subject => ({
  variant: null,
  digest: index.digest,
  kinds: [],
  spoken: {
    subjects: [hex(index), ...variants.map(({ manifest }) => hex(manifest))],
    models: Object.assign({}, ...of.map(({ spoken }) => spoken.models)),
    weights: [],
  },
});

/** What is missing or a stranger's is no link: nothing hangs on it. */
function attestationLink({
  variant,
  kind,
  manifest,
  state,
  detail,
}: VerifiedAttestation): VerifiedLink[] {
  if (state !== 'holds' && state !== 'broken') return [];
  const subject = [variant, kind, manifest].filter(Boolean).join(' ');
  return [{ what: 'attestation', subject, ok: state === 'holds', detail }];
}

/** The keys of the family's role, by their id: who publishes also says where it comes from. */
function familyKeys({ client }: Trust, family: FamilyName): Record<string, TrustKey> {
  const delegations = client?.state.targets?.signed.delegations;
  const role = delegations?.roles.find(({ name }) => name === familySlug(family));
  const keys = (role?.keyids ?? []).map((id) => [id, delegations?.keys[id]] as const);
  return Object.fromEntries(keys.filter((entry): entry is [string, TrustKey] => !!entry[1]));
}
