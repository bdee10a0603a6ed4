/** Finds where a codebase depends on a model over the network. Reads files, and nothing else. */
export { type AuditOptions, audit } from './audit.ts';
export { againstBaseline } from './baseline/index.ts';
export type {
  AuditReport,
  Evidence,
  Finding,
  PartlyAudited,
  SecretFinding,
  Sync,
} from './finding.ts';
export { type Draft, draftsFor, ownerFrom } from './init/index.ts';
export {
  auditPage,
  baselineSentence,
  markdownOf,
  missingOf,
  notReadSentence,
  partlyPlace,
  partlySentence,
  sarifOf,
  serviceOf,
  severities,
  skippedSentence,
  summarySentence,
  waitsWord,
} from './report/index.ts';
