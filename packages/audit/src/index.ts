/** Finds where a codebase depends on a model over the network. Reads files, and nothing else. */
export { type AuditOptions, audit } from './audit.ts';
export type { AuditReport, Evidence, Finding, SecretFinding, Sync } from './finding.ts';
