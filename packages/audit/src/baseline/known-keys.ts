import type { SecretFinding } from '../finding.ts';

type Written = Partial<SecretFinding>;

/**
 * Marks the keys that an earlier report did not know. A key is known wherever it stands now: its
 * fingerprint is of the key alone. A report from before keys had one knows a key by its file, whose
 * it is and how it begins, as many as it lists.
 */
export function keysAgainst(
  keys: readonly SecretFinding[],
  earlier: readonly Written[],
): { secrets: SecretFinding[]; gone: number } {
  const fingerprints = new Set(earlier.flatMap((each) => each.fingerprint ?? []));
  const unmarked = earlier.filter((each) => each.fingerprint === undefined);
  const isListed = (key: SecretFinding): boolean => {
    const at = unmarked.findIndex((each) => placeOf(each) === placeOf(key));
    if (at >= 0) unmarked.splice(at, 1);
    return at >= 0;
  };
  const secrets = keys.map((key) => ({
    ...key,
    new: !fingerprints.has(key.fingerprint) && !isListed(key),
  }));
  for (const { fingerprint } of keys) fingerprints.delete(fingerprint);
  return { secrets, gone: fingerprints.size + unmarked.length };
}

const placeOf = (key: Written): string => [key.file, key.service, key.masked].join('\n');
