export { canonicalBytes, canonicalJson } from './canonical.ts';
export { hashHex, ociDigest, sha256Hex } from './digest.ts';
export { signDocument, verifyDocument } from './envelope.ts';
export { fromHex, toHex } from './hex.ts';
export { isRefusal, refuse } from './refusal.ts';
export { ed25519Key, ed25519Pem, keyIdOf, type Signer, signerFromPem } from './signer.ts';
export * from './types.ts';
export { verifySignature } from './verify-signature.ts';
