import { createHash } from 'node:crypto';
import type { SecretFinding } from '../finding.ts';
import { keyShapes, looksSecret, maskedKey } from './mask.ts';

/** Words of which a file with a provider's key holds one. */
export const secretWords: readonly string[] = [
  'sk-',
  'AIza',
  'hf_',
  'gsk_',
  'r8_',
  'xai-',
  'pplx-',
  'nvapi-',
  'fw_',
  'AKIA',
  'ASIA',
];

/** Providers' keys that are written in a file, masked. A placeholder is none. */
export function findSecrets(file: string, text: string): SecretFinding[] {
  const found = new Map<number, SecretFinding>();
  for (const { service, pattern } of keyShapes) {
    if (service === 'github') continue;
    for (const match of text.matchAll(pattern)) {
      if (found.has(match.index) || !looksSecret(match[0])) continue;
      const line = text.slice(0, match.index).split('\n').length;
      const [key] = match;
      const told = { masked: maskedKey(key), fingerprint: fingerprintOf(key) };
      found.set(match.index, { file, line, service, ...told });
    }
  }
  return [...found.values()].toSorted((a, b) => a.line - b.line);
}

/** Keys are made by chance, of more bits than can be tried: a digest tells one again and no more. */
const fingerprintOf = (key: string): string =>
  createHash('sha256').update(`selvedge key\n${key}`).digest('hex').slice(0, 16);
