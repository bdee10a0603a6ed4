export { documentCache } from './document-cache.ts';
export { type TrustedDocuments, trustedDocuments } from './documents.ts';
export { fileTrustStore } from './file-trust-store.ts';
export { httpCarrier } from './http-carrier.ts';
export { type OpenTrustOptions, openTrust, type Trust } from './open-trust.ts';
export { accepted, refusalError } from './refusal-error.ts';
export { openSigner } from './signer-file.ts';
export { type VerifiedLink, type VerifiedRelease, verifyRelease } from './verify-release.ts';
