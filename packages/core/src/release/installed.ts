import { type Static, Type } from 'typebox';
import { Digest, FamilyName, Slug, Version } from '../schema/index.ts';

/** How a release stands on one device. Only `committed` counts as installed (promise 3). */
export const InstallState = Type.Union([
  Type.Literal('planned'),
  Type.Literal('fetching'),
  Type.Literal('verified'),
  Type.Literal('staged'),
  Type.Literal('probation'),
  Type.Literal('committed'),
  Type.Literal('rolled-back'),
]);
export type InstallState = Static<typeof InstallState>;

export const InstalledVariant = Type.Object({
  family: FamilyName,
  version: Version,
  variant: Slug,
  /** The variant's manifest digest. */
  digest: Digest,
  state: InstallState,
});
export type InstalledVariant = Static<typeof InstalledVariant>;
