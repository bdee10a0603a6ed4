/**
 * How what is said *about* an artifact is kept in a registry: an OCI manifest with one layer, a
 * DSSE envelope, whose `subject` is the artifact's manifest. It authorises nothing.
 */
export const attestation = {
  /** Artifact type of the manifest and media type of its layer. */
  envelope: 'application/vnd.dsse.envelope.v1+json',
  /** The config of a manifest that has none (image specification 1.1, "Guidance for an Empty Descriptor"). */
  empty: 'application/vnd.oci.empty.v1+json',
} as const;

/** Annotations of such a manifest; tools look for the first (in-toto/attestation, BuildKit). */
export const attestationKeys = {
  predicateType: 'in-toto.io/predicate-type',
  /** Digest of what it says without its time (decision 22). */
  same: 'dev.selvedge.statement',
  /** Id of the key that signed it. */
  by: 'dev.selvedge.key',
} as const;

/** What a publisher says of a release. */
export const predicateTypes = {
  /** SLSA provenance, v1 (slsa.dev/spec/v1.0/provenance). */
  provenance: 'https://slsa.dev/provenance/v1',
  /** A CycloneDX bill of materials, as in-toto names it. */
  bom: 'https://cyclonedx.org/bom',
  /** `matrix.json`: which variant holds on which target. */
  matrix: 'https://selvedge.dev/matrix/v1',
} as const;

export type AttestationKind = keyof typeof predicateTypes;

/** The kind that a predicate type stands for; undefined for what others say. */
export function kindOf(predicateType: string): AttestationKind | undefined {
  const kinds = Object.entries(predicateTypes) as [AttestationKind, string][];
  return kinds.find(([, type]) => type === predicateType)?.[0];
}
