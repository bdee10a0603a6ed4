import { type Static, Type } from 'typebox';
import { apiVersion } from '../schema/index.ts';

/**
 * What a publisher posts to a hub: new metadata signed offline, by role (`root`, `targets`,
 * `<owner>.<family>`), and new targets by path. Texts are the exact bytes, in UTF-8.
 */
export const TrustUpdate = Type.Object({
  apiVersion: Type.Literal(apiVersion),
  kind: Type.Literal('TrustUpdate'),
  metadata: Type.Record(Type.String(), Type.String()),
  targets: Type.Record(Type.String(), Type.String()),
});
export type TrustUpdate = Static<typeof TrustUpdate>;
