import type { Digest } from '@selvedge/core/schema';

/** An in-toto Statement (in-toto/attestation, v1): what is said of which artifacts. */
export interface Statement<P extends object = object> {
  readonly _type: 'https://in-toto.io/Statement/v1';
  readonly subject: readonly Subject[];
  readonly predicateType: string;
  readonly predicate: P;
}

export interface Subject {
  readonly name: string;
  readonly digest: { readonly sha256: string };
}

/** @param digest `sha256:…`, as OCI writes it */
export const subjectOf = (name: string, digest: Digest | string): Subject => ({
  name,
  digest: { sha256: digest.replace(/^sha256:/, '') },
});

export const statement = <P extends object>(
  subject: readonly Subject[],
  predicateType: string,
  predicate: P,
): Statement<P> => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject,
  predicateType,
  predicate,
});
