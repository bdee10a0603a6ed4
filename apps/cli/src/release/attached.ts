import type { ReleaseDetail } from '@selvedge/core/api';
import { attestationKeys, kindOf } from '@selvedge/core/release';
import { readEnvironment } from '@selvedge/node/config';
import { listReferrers } from '@selvedge/node/trust';
import type { Io } from '../io.ts';
import { formatTable } from '../table.ts';
import { attestationWords } from './attestation-words.ts';

/** What a registry lists about a variant (null: about the release); nothing of it is checked. */
export interface Attached {
  readonly variant: string | null;
  /** `provenance`, `bom`, `matrix`; null for what others say. */
  readonly kind: string | null;
  /** What it says it is: a predicate type, else an artifact type. */
  readonly type: string;
  /** Id of the key that is said to have signed it. */
  readonly by: string | null;
  readonly manifest: string;
}

/** Asks the hub's registry what is attached to a release and to each of its variants. */
export async function attachedTo(
  hub: string,
  { release }: Pick<ReleaseDetail, 'release'>,
): Promise<Attached[]> {
  const { token } = readEnvironment(process.env);
  const headers = token ? { authorization: `Bearer ${token.reveal()}` } : {};
  const subjects = [
    ...release.variants.map(({ id, manifest }) => ({ variant: id, digest: manifest.digest })),
    { variant: null, digest: release.index.digest },
  ];
  const attached: Attached[] = [];
  for (const { variant, digest } of subjects) {
    for (const one of await listReferrers(hub, release.family, digest, headers)) {
      const { [attestationKeys.predicateType]: predicateType, [attestationKeys.by]: by } =
        one.annotations ?? {};
      const kind = (predicateType && kindOf(predicateType)) || null;
      const type = predicateType ?? one.artifactType ?? one.mediaType;
      attached.push({ variant, kind, type, by: by ?? null, manifest: one.digest });
    }
  }
  return attached;
}

/** The same as a table, below a release's variants. */
export function printAttached(io: Io, attached: readonly Attached[]): void {
  if (attached.length === 0) {
    io.print('\nnothing is attached: no provenance, no bill of materials');
    return;
  }
  const rows = attached.map(({ variant, kind, type, by, manifest }) => [
    variant ?? 'release',
    attestationWords(kind) ?? type,
    by ? `${by.slice(0, 12)}…` : '–',
    manifest,
  ]);
  io.print(`\n${formatTable(['about', 'attached', 'said to be by', 'manifest'], rows, io)}`);
  io.print('\nselvedge release verify checks what they say');
}
