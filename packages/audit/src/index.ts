/** Finds where a codebase depends on a model over the network. Reads files, and nothing else. */
export type { Finding } from './finding.ts';
