import type { Release, ReleaseVariant } from '@selvedge/core/release';
import { apiVersion, type Descriptor, type Version } from '@selvedge/core/schema';
import type { BuildReport } from '../report/index.ts';
import type { PublishableVariant } from './read-build.ts';

/** The document that is signed: what devices choose by, and the digests they check. */
export function releaseDocument(
  report: BuildReport,
  version: Version,
  index: Descriptor,
  variants: readonly { readonly built: PublishableVariant; readonly manifest: Descriptor }[],
): Release {
  return {
    apiVersion,
    kind: 'Release',
    family: report.family,
    version,
    createdAt: report.createdAt,
    ...(report.licence === undefined ? {} : { licence: report.licence }),
    index,
    inputs: report.inputs,
    outputs: report.outputs,
    variants: variants.map(({ built, manifest }) => releaseVariant(built, manifest)),
  };
}

function releaseVariant(built: PublishableVariant, manifest: Descriptor): ReleaseVariant {
  const { id, tier, precision, engine, opset, targets, workload, quality, latency, estimates } =
    built;
  const { annotations: _, ...bare } = manifest;
  return {
    id,
    tier,
    precision,
    engine,
    opset,
    ...(targets.length > 0 ? { targets } : {}),
    manifest: bare,
    bytes: built.bytes + built.golden.bytes,
    workload,
    ...(quality ? { quality } : {}),
    latency: [...(latency ? [latency] : []), ...estimates],
  };
}
