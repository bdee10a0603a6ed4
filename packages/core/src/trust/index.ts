export {
  type Applied,
  applyUpdate,
} from './apply-update.ts';
export {
  delegateFamily,
  describeMetadata,
  describeTarget,
  type Issue,
  lifetimes,
  makeRoot,
  makeSnapshot,
  makeTargets,
  makeTimestamp,
  signMetadata,
  utcText,
} from './author.ts';
export { canonicalBytes, canonicalJson } from './canonical.ts';
export { openTrustClient, type TrustClient } from './client.ts';
export { type Conflict, isConflict } from './conflict.ts';
export { hashHex, ociDigest, sha256Hex } from './digest.ts';
export { type DsseEnvelope, openEnvelope, signEnvelope } from './dsse.ts';
export { signDocument, verifyDocument } from './envelope.ts';
export { readExpiredTargets } from './expired-targets.ts';
export { targetFileName } from './file-name.ts';
export type { FoundTarget } from './find-target.ts';
export { checkFreshTimestamp } from './fresh-timestamp.ts';
export { fromHex, toHex } from './hex.ts';
export {
  type Carried,
  type Carrier,
  memoryTrustStore,
  type TrustPorts,
  type TrustStore,
} from './ports.ts';
export { type OnlineSigners, renewalDue, renewTimestamp } from './publish-snapshot.ts';
export { readMetadata } from './read-metadata.ts';
export { contents, maxBytes } from './refresh.ts';
export { isRefusal, refuse } from './refusal.ts';
export {
  openRepository,
  type Repository,
  type RepositoryFile,
  versionedPath,
} from './repository.ts';
export { ed25519Key, ed25519Pem, keyIdOf, type Signer, signerFromPem } from './signer.ts';
export { type ReadStatement, readStatement, Statement, statementType } from './statement.ts';
export { TrustUpdate } from './trust-update.ts';
export { clockToleranceMs } from './trusted-time.ts';
export * from './types.ts';
export { verifySignature } from './verify-signature.ts';
