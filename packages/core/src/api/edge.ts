/** What an edge answers under `/api/v1` on its cache port. */
import { type Static, Type } from 'typebox';
import { FamilyName, Slug, Version } from '../schema/index.ts';

/** `GET /edge`: where it stands, and where and what it infers. */
export const EdgeStatus = Type.Object({
  region: Type.Union([Type.String(), Type.Null()]),
  /** Base of its Open Inference Protocol address, without `/v2`. */
  inferUrl: Type.String(),
  /** What answers there now. */
  families: Type.Array(Type.Object({ family: FamilyName, version: Version, variant: Slug })),
});
export type EdgeStatus = Static<typeof EdgeStatus>;
