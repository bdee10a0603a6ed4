import type { Tier } from '@selvedge/core/schema';

/** What a build is at. */
export type BuildProgress =
  /** The same was built before: what was found then is taken. */
  | { readonly stage: 'cached'; readonly builtAt: string }
  | { readonly stage: 'load'; readonly tier: Tier }
  /** Something about what was given that whoever builds should know; the report says it too. */
  | { readonly stage: 'warning'; readonly tier: Tier; readonly message: string }
  /** A variant was made (conversions run beside each other), or its latency is measured, once no other build's is. */
  | {
      readonly stage: 'convert' | 'measure' | 'wait';
      readonly tier: Tier;
      readonly variant: string;
    }
  | Counted;

/** Samples are observed, layers told apart, variants answer the evaluation set, or are judged on targets. */
export interface Counted {
  readonly stage: 'calibrate' | 'mix' | 'evaluate' | 'judge';
  readonly tier: Tier;
  /** What is observed (a calibration set may go through several models beside each other), or judged. */
  readonly what?: string;
  /** Samples, layers or targets. */
  readonly done: number;
  readonly total: number;
  /** Milliseconds until the tier is built or the variant judged, as far as can be told by now. */
  readonly remainingMs: number;
}

/** Tells how far one piece of work is: called with nothing done as it begins. */
export type Count = (done: number, total: number) => void;
