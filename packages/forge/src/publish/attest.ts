import type { Descriptor } from '@selvedge/core/schema';
import { ociDigest, type Signer, signEnvelope } from '@selvedge/core/trust';
import { bomType, mlBomOf } from '../bom/index.ts';
import {
  isMade,
  type Provenance,
  type ProvenanceOptions,
  provenanceOf,
  type Statement,
  statement,
  statementType,
  subjectOf,
  subjectsOf,
} from '../provenance/index.ts';
import type { BuildReport } from '../report/index.ts';
import { attach } from './attach.ts';
import type { HubClient } from './hub-client.ts';
import type { MadeRelease } from './push-release.ts';

/** A statement that the registry holds about a variant. */
export interface Attestation {
  readonly variant: string;
  readonly predicateType: string;
  /** Digest of the OCI manifest that carries it. */
  readonly manifest: string;
  /** False where the registry had one that says the same. */
  readonly pushed: boolean;
}

/**
 * Signs what is to be said of each variant of a release (where it comes from, and its bill of
 * materials) with the family's key and attaches it to the variant's manifest. What is said already
 * is not said again: only the time differs when the same variant is built anew.
 */
export async function attestRelease(
  hub: HubClient,
  report: BuildReport,
  { variants }: MadeRelease,
  signer: Signer,
): Promise<Attestation[]> {
  const made: Attestation[] = [];
  for (const { built, manifest } of variants) {
    for (const say of isMade(built) ? [sayProvenance, sayBom] : []) {
      const { createdAt } = report;
      const said = say(report, built, manifest, createdAt);
      const timeless = bytesOf(say(report, built, manifest, undefined));
      const envelope = await signEnvelope(statementType, bytesOf(said), [signer]);
      const attached = await attach(hub, report.family, {
        subject: manifest,
        predicateType: said.predicateType,
        content: bytesOf(envelope),
        same: await ociDigest(timeless),
        by: signer.keyid,
      });
      made.push({ variant: built.id, predicateType: said.predicateType, ...attached });
    }
  }
  return made;
}

type Built = Parameters<typeof provenanceOf>[1];

function sayProvenance(
  report: BuildReport,
  built: Built,
  manifest: Descriptor,
  finishedOn: string | undefined,
): Statement<Provenance> {
  const options: ProvenanceOptions = {
    finishedOn,
    holders: [subjectOf(`${report.family}: OCI manifest`, manifest.digest)],
  };
  return provenanceOf(report, built, options);
}

function sayBom(
  report: BuildReport,
  built: Built,
  manifest: Descriptor,
  timestamp: string | undefined,
): Statement {
  const holder = subjectOf(`${report.family}: OCI manifest`, manifest.digest);
  const bom = mlBomOf(report, built, { timestamp });
  return statement([...subjectsOf(built), holder], bomType, bom);
}

const bytesOf = (document: object): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(document));
