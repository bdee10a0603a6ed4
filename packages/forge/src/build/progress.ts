import type { Tier } from '@selvedge/core/schema';

/** What a build is at. `done` and `total` count samples. */
export type BuildProgress =
  /** The same was built before: what was found then is taken. */
  | { readonly stage: 'cached'; readonly builtAt: string }
  | { readonly stage: 'load'; readonly tier: Tier }
  | { readonly stage: 'convert' | 'measure'; readonly tier: Tier; readonly variant: string }
  | {
      readonly stage: 'evaluate';
      readonly tier: Tier;
      readonly done: number;
      readonly total: number;
    };
