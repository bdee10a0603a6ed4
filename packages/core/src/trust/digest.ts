import type { Digest } from '../schema/index.ts';
import { toHex } from './hex.ts';

/** Hash algorithms of TUF metadata that this client can check, strongest support first. */
export const hashAlgorithms: Readonly<Record<string, string>> = {
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
};

/** SHA-256 as 64 lowercase hex digits. */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  return hashHex('sha256', bytes);
}

/** SHA-256 as OCI writes it: `sha256:` and 64 hex digits. */
export async function ociDigest(bytes: Uint8Array): Promise<Digest> {
  return `sha256:${await sha256Hex(bytes)}`;
}

/** A hash by its TUF name, in lowercase hex. The name must be one of {@link hashAlgorithms}. */
export async function hashHex(name: string, bytes: Uint8Array): Promise<string> {
  const algorithm = hashAlgorithms[name];
  if (algorithm === undefined) throw new TypeError(`unknown hash algorithm ${name}`);
  return toHex(new Uint8Array(await crypto.subtle.digest(algorithm, bytes)));
}
