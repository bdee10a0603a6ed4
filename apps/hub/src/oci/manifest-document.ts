import { mediaTypes } from '@selvedge/core/release';
import { Descriptor, type Digest } from '@selvedge/core/schema';
import { type Static, Type } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { anyDigestOf } from './names.ts';
import { refuse } from './oci-error.ts';

/** What is read of a manifest or an index: what it is, and what it needs to be whole. */
export interface ManifestFacts {
  readonly mediaType: string;
  readonly artifactType: string | null;
  /** Its digest, by any algorithm: what a manifest speaks of need not be here. */
  readonly subject: string | null;
  readonly references: readonly { readonly digest: Digest; readonly kind: 'blob' | 'manifest' }[];
}

/** What a manifest speaks of. */
const Subject = Type.Object({
  mediaType: Type.String(),
  digest: Type.String(),
  size: Type.Integer({ minimum: 0 }),
});

const shared = {
  schemaVersion: Type.Literal(2),
  mediaType: Type.Optional(Type.String()),
  artifactType: Type.Optional(Type.String()),
  subject: Type.Optional(Subject),
};
const Manifest = Type.Object({ ...shared, config: Descriptor, layers: Type.Array(Descriptor) });
const Index = Type.Object({ ...shared, manifests: Type.Array(Descriptor) });

/** The types this registry takes: OCI's, and Docker's that say the same. */
const kinds: Readonly<Record<string, 'manifest' | 'index'>> = {
  [mediaTypes.manifest]: 'manifest',
  [mediaTypes.index]: 'index',
  'application/vnd.docker.distribution.manifest.v2+json': 'manifest',
  'application/vnd.docker.distribution.manifest.list.v2+json': 'index',
};

/**
 * Reads a pushed manifest (OCI image specification 1.1, `manifest.md` and `image-index.md`).
 * Its bytes are stored as they came; nothing is written from what is read here.
 */
export function readManifest(bytes: Uint8Array, contentType: string | undefined): ManifestFacts {
  const mediaType = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  const kind = kinds[mediaType];
  if (!kind) {
    refuse(
      'MANIFEST_INVALID',
      `content type ${mediaType || '(none)'} is no manifest that is known here`,
      {
        detail: { known: Object.keys(kinds) },
      },
    );
  }
  const value = parseJson(bytes);
  if (kind === 'index') return readIndex(check(Index, value), mediaType);
  const { config, layers, ...rest } = check(Manifest, value);
  checkMediaType(rest.mediaType, mediaType);
  const digests = new Set([config, ...layers].map(({ digest }) => digest));
  return {
    mediaType,
    // An empty one counts as none ("Listing Referrers").
    artifactType: rest.artifactType || config.mediaType,
    subject: subjectOf(rest.subject),
    references: [...digests].map((digest) => ({ digest, kind: 'blob' })),
  };
}

function readIndex(index: Static<typeof Index>, mediaType: string): ManifestFacts {
  checkMediaType(index.mediaType, mediaType);
  const digests = new Set(index.manifests.map(({ digest }) => digest));
  return {
    mediaType,
    artifactType: index.artifactType || null,
    subject: subjectOf(index.subject),
    references: [...digests].map((digest) => ({ digest, kind: 'manifest' })),
  };
}

const subjectOf = (subject: { digest: string } | undefined): string | null =>
  subject ? anyDigestOf(subject.digest) : null;

function checkMediaType(inside: string | undefined, outside: string): void {
  if (inside === undefined || inside === outside) return;
  refuse('MANIFEST_INVALID', `mediaType is ${inside}, but it was sent as ${outside}`);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return refuse('MANIFEST_INVALID', 'the manifest is not JSON in UTF-8');
  }
}

function check<T extends typeof Manifest | typeof Index>(schema: T, value: unknown): Static<T> {
  if (Check(schema, value)) return value as Static<T>;
  const [first] = Errors(schema, value);
  const field = first?.instancePath.replace(/^\//, '').replaceAll('/', '.') || '(top)';
  return refuse('MANIFEST_INVALID', `${field}: ${first?.message ?? 'does not fit'}`);
}
