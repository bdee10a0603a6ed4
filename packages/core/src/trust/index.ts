export { canonicalBytes, canonicalJson } from './canonical.ts';
export { openTrustClient, type TrustClient } from './client.ts';
export { hashHex, ociDigest, sha256Hex } from './digest.ts';
export { signDocument, verifyDocument } from './envelope.ts';
export type { FoundTarget } from './find-target.ts';
export { fromHex, toHex } from './hex.ts';
export {
  type Carried,
  type Carrier,
  memoryTrustStore,
  type TrustPorts,
  type TrustStore,
} from './ports.ts';
export { contents, maxBytes } from './refresh.ts';
export { isRefusal, refuse } from './refusal.ts';
export { ed25519Key, ed25519Pem, keyIdOf, type Signer, signerFromPem } from './signer.ts';
export { clockToleranceMs } from './trusted-time.ts';
export * from './types.ts';
export { verifySignature } from './verify-signature.ts';
