import type { Sync } from '../finding.ts';

/** A sign of who waits for a call. */
export interface SyncSign {
  readonly sync: Sync;
  /** For people. */
  readonly sign: string;
  /**
   * How much it says. `declared`: a framework calls the function so. `named`: a name says so.
   * `placed`: the application around it is of that kind.
   */
  readonly weight: 'declared' | 'named' | 'placed';
}

export type Signs = readonly (readonly [SyncSign['sync'], RegExp])[];

export const first = (signs: Signs, text: string): SyncSign['sync'] | undefined =>
  signs.find(([, pattern]) => pattern.test(text))?.[0];

export const firstLine = (text: string): string => text.split('\n')[0]?.slice(0, 60) ?? '';
