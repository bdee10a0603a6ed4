import { createHash } from 'node:crypto';

/** RFC 9562, appendix "Namespace IDs": names that are URLs. */
const urlNamespace = '6ba7b8119dad11d180b400c04fd430c8';

/** A UUID of version 5 (RFC 9562 §5.5): the same name always gives the same. */
export function uuidOf(name: string): string {
  const hash = createHash('sha1').update(Buffer.from(urlNamespace, 'hex')).update(name).digest();
  const bytes = hash.subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
