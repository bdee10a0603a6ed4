import type { Migration } from 'kysely/migration';
import * as registryFleetCounts from './0001-registry-fleet-counts.ts';
import * as tokens from './0002-tokens.ts';

/** Every step of the tables, in order. A step that was released is never changed again. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-registry-fleet-counts': registryFleetCounts,
  '0002-tokens': tokens,
};
