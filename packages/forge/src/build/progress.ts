import type { Tier } from '@selvedge/core/schema';

/** What a build is at. */
export type BuildProgress =
  /** The same was built before: what was found then is taken. */
  | { readonly stage: 'cached'; readonly builtAt: string }
  | { readonly stage: 'load'; readonly tier: Tier }
  /** A variant was made (conversions run beside each other), or its latency is measured. */
  | { readonly stage: 'convert' | 'measure'; readonly tier: Tier; readonly variant: string }
  | Counted;

/** Samples are observed, layers told apart, or variants answer the evaluation set. */
export interface Counted {
  readonly stage: 'calibrate' | 'mix' | 'evaluate';
  readonly tier: Tier;
  /** Samples, or layers. */
  readonly done: number;
  readonly total: number;
  /** Milliseconds until the tier is built, as far as can be told by now. */
  readonly remainingMs: number;
}
