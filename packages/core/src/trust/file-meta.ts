import { hashAlgorithms, hashHex } from './digest.ts';
import { refuse } from './refusal.ts';
import type { FileMeta, Refusal, TargetFile } from './types.ts';

/**
 * Checks bytes against the length and hashes that signed metadata gives (§5.5.2, §5.6.2, §5.7.3).
 * Every hash of a known algorithm must match; a target needs at least one such hash.
 */
export async function checkBytes(
  bytes: Uint8Array,
  expected: FileMeta | TargetFile,
  subject: string,
  section: string,
): Promise<Refusal | undefined> {
  const { length, hashes } = expected;
  if (length !== undefined && bytes.length !== length) {
    const code = bytes.length > length ? 'trust-too-large' : 'trust-digest';
    return refuse(code, subject, section, `${bytes.length} bytes, and ${length} were signed for`);
  }
  if (hashes === undefined) return undefined;
  const known = Object.entries(hashes).filter(([name]) => Object.hasOwn(hashAlgorithms, name));
  for (const [name, hash] of known) {
    if ((await hashHex(name, bytes)) !== hash.toLowerCase()) {
      return refuse('trust-digest', subject, section, `its ${name} is not the one that was signed`);
    }
  }
  if (known.length > 0) return undefined;
  const names = Object.keys(hashes).join(', ');
  return refuse('trust-digest', subject, section, `no known hash algorithm among ${names}`);
}
