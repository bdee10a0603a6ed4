import { predicateTypes } from '@selvedge/core/release';
import type { Descriptor } from '@selvedge/core/schema';
import { ociDigest, type Signer, signEnvelope, statementType } from '@selvedge/core/trust';
import { mlBomOf } from '../bom/index.ts';
import {
  isMade,
  type MadeVariant,
  provenanceOf,
  type Statement,
  statement,
  subjectOf,
  subjectsOf,
} from '../provenance/index.ts';
import type { BuildReport } from '../report/index.ts';
import { attach } from './attach.ts';
import type { HubClient } from './hub-client.ts';
import type { MadeRelease } from './push-release.ts';
import type { ReadBuild } from './read-build.ts';
import { releaseMatrix } from './release-matrix.ts';

/** A statement that the registry holds about a variant, or about the whole release. */
export interface Attestation {
  /** Null: it is about the release. */
  readonly variant: string | null;
  readonly predicateType: string;
  /** Digest of the OCI manifest that carries it. */
  readonly manifest: string;
  /** False where the registry had one that says the same. */
  readonly pushed: boolean;
}

/** What is to be said of a manifest; `at` is the time that it may carry. */
interface Said {
  readonly variant: string | null;
  readonly about: Descriptor;
  readonly say: (at: string | undefined) => Statement;
}

/**
 * Signs with the family's key what is to be said of a release, and attaches it: to each variant's
 * manifest where it comes from and its bill of materials, to the index the matrix, where one was
 * made of the build. What is said already is not said again: only the time differs when the same
 * variant is built anew.
 *
 * @throws SelvedgeError `bad-input` for a `matrix.json` that is none; what the hub says
 */
export async function attestRelease(
  hub: HubClient,
  build: ReadBuild,
  release: MadeRelease,
  signer: Signer,
  say: (text: string) => void,
): Promise<Attestation[]> {
  const { family, createdAt } = build.report;
  const made: Attestation[] = [];
  for (const { variant, about, say: sayAt } of await toSay(build, release, say)) {
    const said = sayAt(createdAt);
    const envelope = await signEnvelope(statementType, bytesOf(said), [signer]);
    const attached = await attach(hub, family, {
      subject: about,
      predicateType: said.predicateType,
      content: bytesOf(envelope),
      same: await ociDigest(bytesOf(sayAt(undefined))),
      by: signer.keyid,
    });
    made.push({ variant, predicateType: said.predicateType, ...attached });
  }
  return made;
}

async function toSay(
  build: ReadBuild,
  { index, variants }: MadeRelease,
  say: (text: string) => void,
): Promise<Said[]> {
  const { report } = build;
  const said: Said[] = variants.flatMap(({ built, manifest }) =>
    isMade(built) ? ofVariant(report, built, manifest) : [],
  );
  const matrix = await releaseMatrix(build, say);
  if (!matrix) return said;
  const subjects = [
    subjectOf(`${report.family}: OCI index`, index.descriptor.digest),
    ...variants.map(({ built, manifest }) => subjectOf(built.id, manifest.digest)),
  ];
  const statedOnce = statement(subjects, predicateTypes.matrix, matrix);
  return [...said, { variant: null, about: index.descriptor, say: () => statedOnce }];
}

function ofVariant(report: BuildReport, built: MadeVariant, about: Descriptor): Said[] {
  const holder = subjectOf(`${report.family}: OCI manifest`, about.digest);
  const variant = built.id;
  return [
    {
      variant,
      about,
      say: (finishedOn) => provenanceOf(report, built, { finishedOn, holders: [holder] }),
    },
    {
      variant,
      about,
      say: (timestamp) =>
        statement(
          [...subjectsOf(built), holder],
          predicateTypes.bom,
          mlBomOf(report, built, { timestamp }),
        ),
    },
  ];
}

const bytesOf = (document: object): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(document));
