import type { TrustUpdate } from '@selvedge/core/api';
import type { FamilyName } from '@selvedge/core/schema';
import type { Clock } from '../clock.ts';
import type { PublishedFamily } from '../families/published-families.ts';
import type { OnlineKeys } from './online-keys.ts';
import type { PublishedFiles } from './published-files.ts';

/** The trust repository: what is published under `/trust/`, and who may change it. */
export interface Authority {
  readonly online: OnlineKeys;
  /** Whether a root has been published. */
  established(): boolean;
  /** Why devices could not refresh from here now; undefined when they can. */
  problem(): string | undefined;
  /** Families as the signed documents tell. */
  families(): ReadonlyMap<FamilyName, PublishedFamily>;
  update(update: TrustUpdate): Promise<Record<string, number>>;
  /** Signs a new timestamp, and a new snapshot, when they are due. Returns whether it did. */
  renew(): Promise<boolean>;
}

export declare function openAuthority(parts: {
  published: PublishedFiles;
  online: OnlineKeys;
  clock: Clock;
}): Promise<Authority>;
