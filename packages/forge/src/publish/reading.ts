import type { FamilyName } from '@selvedge/core/schema';
import type { KeyDirectory } from '../keys/index.ts';
import type { HubClient } from './hub-client.ts';

/** Who reads a hub's repository, to sign the next version of a part of it. */
export interface Reading {
  readonly hub: HubClient;
  readonly keys: KeyDirectory;
  /** The family that is about to be signed; undefined where none is. */
  readonly family: FamilyName | undefined;
  readonly now: Date;
  /** Told what was renewed on the way. */
  readonly say: (text: string) => void;
}
