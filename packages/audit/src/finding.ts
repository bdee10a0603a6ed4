/** Who waits for a call: a user, nobody, or a job over many items. */
export type Sync = 'request' | 'background' | 'batch' | 'unknown';

/** One place where code depends on a model over the network. */
export interface Finding {
  /** Path relative to the audited directory, with `/` between its parts. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The provider's name as its rule file gives it, e.g. `openai`. */
  readonly service: string;
  readonly sync: Sync;
}
