const words: Readonly<Record<string, string>> = {
  provenance: 'provenance',
  bom: 'bill of materials',
  matrix: 'matrix',
};

/** A kind of statement as a person reads it; undefined for what others say. */
export const attestationWords = (kind: string | null): string | undefined =>
  kind === null ? undefined : words[kind];
