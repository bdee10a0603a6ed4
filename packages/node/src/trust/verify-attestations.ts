import { type AttestationKind, attestation, attestationKeys, kindOf } from '@selvedge/core/release';
import { Descriptor, type FamilyName } from '@selvedge/core/schema';
import { readStatement, type TrustKey } from '@selvedge/core/trust';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { checkDescribed } from './check-described.ts';
import { contradiction, type Spoken } from './contradiction.ts';
import { listReferrers } from './referrers.ts';

/** What a registry holds about a manifest, and whether it holds. */
export interface VerifiedAttestation {
  /** The variant's id; null: it is about the release. */
  readonly variant: string | null;
  /** Null: somebody else's kind of statement. */
  readonly kind: AttestationKind | null;
  /** Digest of the manifest that carries it; null where there is none. */
  readonly manifest: string | null;
  /** `foreign`: none of the family's keys signed it, which says nothing against it. */
  readonly state: 'holds' | 'broken' | 'missing' | 'foreign';
  readonly detail: string;
}

/** A manifest that statements are about. */
export interface Subject {
  readonly variant: string | null;
  /** Digest of the manifest. */
  readonly digest: string;
  /** What must be attached to it. */
  readonly kinds: readonly AttestationKind[];
  readonly spoken: Spoken;
}

/** Manifests and statements are small; what is larger is none. */
const maxManifestBytes = 4 * 1024 * 1024;
const maxEnvelopeBytes = 64 * 1024 * 1024;

const Carrier = Type.Object({
  subject: Type.Object({ digest: Type.String() }),
  layers: Type.Array(Descriptor, { minItems: 1, maxItems: 1 }),
});

/**
 * Checks what a registry holds about a manifest: the carrier's digest and subject, the envelope's
 * digest and signature by a key of the family, that the statement speaks of these very bytes, and
 * that it does not contradict them. A kind that only strangers speak of is broken: somebody put
 * their word in the publisher's place, or the family's key was changed since.
 *
 * @param keys the family's, by their id.
 * @throws SelvedgeError `network`, `timeout`
 */
export async function verifyAttestations(
  origin: string,
  family: FamilyName,
  subject: Subject,
  keys: Readonly<Record<string, TrustKey>>,
): Promise<readonly VerifiedAttestation[]> {
  const found: VerifiedAttestation[] = [];
  for (const listed of await listReferrers(origin, family, subject.digest)) {
    found.push(await verifyOne(origin, family, subject, listed, keys));
  }
  return [...found.map((one) => usurped(one, found, subject)), ...missing(found, subject)];
}

async function verifyOne(
  origin: string,
  family: FamilyName,
  subject: Subject,
  listed: Descriptor,
  keys: Readonly<Record<string, TrustKey>>,
): Promise<VerifiedAttestation> {
  const says = listed.annotations?.[attestationKeys.predicateType];
  const as = (
    state: VerifiedAttestation['state'],
    detail: string,
    kind = says === undefined ? undefined : kindOf(says),
  ): VerifiedAttestation => ({
    variant: subject.variant,
    kind: kind ?? null,
    manifest: listed.digest,
    state,
    detail,
  });
  if (listed.artifactType !== attestation.envelope) {
    return as('foreign', `${listed.artifactType ?? listed.mediaType}, not judged here`);
  }
  const base = `${origin.replace(/\/$/, '')}/v2/${family}`;
  if (listed.size > maxManifestBytes) return as('broken', `a manifest of ${listed.size} bytes`);
  const carrier = await checkDescribed(`${base}/manifests/`, listed);
  if (!carrier.ok) return as('broken', `the manifest that carries it: ${carrier.detail}`);
  const document: unknown = parsed(carrier.bytes);
  if (!Check(Carrier, document)) return as('broken', 'its manifest has no subject and one layer');
  if (document.subject.digest !== subject.digest) {
    return as('broken', `attached to ${document.subject.digest}, not to what lists it`);
  }
  const [layer] = document.layers;
  if (!layer || layer.size > maxEnvelopeBytes) return as('broken', 'its envelope is too large');
  const envelope = await checkDescribed(`${base}/blobs/`, layer);
  if (!envelope.ok) return as('broken', envelope.detail);
  const read = await readStatement(envelope.bytes, keys, subject.spoken.subjects);
  if ('refused' in read)
    return as(read.refused === 'stranger' ? 'foreign' : 'broken', read.message);
  const { predicateType, predicate } = read.statement;
  const kind = kindOf(predicateType);
  if (!kind) return as('holds', `signed by the family: ${predicateType}`, undefined);
  if (says !== undefined && says !== predicateType) {
    return as('broken', `listed as ${says}, and says ${predicateType}`, kind);
  }
  const wrong = contradiction(kind, predicate ?? {}, subject.spoken);
  return wrong
    ? as('broken', wrong, kind)
    : as('holds', 'signed by the family, speaks of these bytes', kind);
}

/** A stranger's statement of a kind that the family itself says nothing of. */
function usurped(
  one: VerifiedAttestation,
  all: readonly VerifiedAttestation[],
  { kinds }: Subject,
): VerifiedAttestation {
  if (one.state !== 'foreign' || one.kind === null || !kinds.includes(one.kind)) return one;
  if (all.some(({ kind, state }) => kind === one.kind && state !== 'foreign')) return one;
  const detail = `${one.detail}, which is no key of the family; publishing again signs it anew`;
  return { ...one, state: 'broken', detail };
}

const missing = (
  found: readonly VerifiedAttestation[],
  { kinds, variant }: Subject,
): VerifiedAttestation[] =>
  kinds
    .filter((kind) => !found.some((one) => one.kind === kind))
    .map((kind) => ({
      variant,
      kind,
      manifest: null,
      state: 'missing',
      detail: 'the registry has none',
    }));

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
