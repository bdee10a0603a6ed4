/**
 * The documents that come up: what a device tells its owner's hub. Never an input, an output or
 * an embedding. Reports carry a name and are sent only when something changed; counts carry none.
 */
import { type Static, Type } from 'typebox';
import { Profile } from '../device/profile.ts';
import { InstalledVariant } from '../release/installed.ts';
import { apiVersion, FamilyName, Slug, Tier, Timestamp, Version } from '../schema/index.ts';

/** `d-` and the first 32 hex digits of SHA-256 over the raw Ed25519 public key: it cannot be taken by another key. */
export const DeviceId = Type.String({ pattern: '^d-[0-9a-f]{32}$' });
export type DeviceId = Static<typeof DeviceId>;

/** First contact. Signed by the device's own key, which proves that it holds it. */
export const Enrolment = Type.Object({
  apiVersion: Type.Literal(apiVersion),
  kind: Type.Literal('Enrolment'),
  device: DeviceId,
  /** Raw Ed25519 public key, 32 bytes in base64. */
  publicKey: Type.String(),
  at: Timestamp,
});
export type Enrolment = Static<typeof Enrolment>;

/** What a device runs. `sequence` grows with each report; the hub refuses one that does not. */
export const StateReport = Type.Object({
  apiVersion: Type.Literal(apiVersion),
  kind: Type.Literal('StateReport'),
  device: DeviceId,
  sequence: Type.Integer({ minimum: 1 }),
  at: Timestamp,
  profile: Profile,
  installed: Type.Array(InstalledVariant),
  /** Last refusals or failures, newest last, at most 8. */
  problems: Type.Array(
    Type.Object({
      family: Type.Optional(FamilyName),
      version: Type.Optional(Version),
      code: Type.String(),
      message: Type.String({ maxLength: 500 }),
    }),
    { maxItems: 8 },
  ),
});
export type StateReport = Static<typeof StateReport>;

/** Most different counts of one window. */
export const maxCounts = 256;
/** The largest count of one window: ten thousand decisions a second for a day. */
export const maxCount = 1e9;

/**
 * Anonymous: how many decisions ended at which tier, by which rule, in one window. `batch` is
 * random, makes a retry harmless and is forgotten with the window.
 */
export const DecisionCounts = Type.Object({
  apiVersion: Type.Literal(apiVersion),
  kind: Type.Literal('DecisionCounts'),
  batch: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  window: Type.Object({ start: Timestamp, end: Timestamp }),
  counts: Type.Array(
    Type.Object({
      family: FamilyName,
      /** Where it ran; `none` when no place was left. */
      tier: Type.Union([Tier, Type.Literal('none')]),
      /** The rule that decided: the objective, or the constraint that forbade the better place. */
      rule: Slug,
      count: Type.Integer({ minimum: 1, maximum: maxCount }),
    }),
    { maxItems: maxCounts },
  ),
});
export type DecisionCounts = Static<typeof DecisionCounts>;

/**
 * A signed document: `signatures` are Ed25519 over the canonical JSON of `signed`, the same form
 * as TUF metadata, so that one verifier serves both.
 */
export const Signed = <T extends import('typebox').TSchema>(schema: T) =>
  Type.Object({
    signed: schema,
    signatures: Type.Array(Type.Object({ keyid: Type.String(), sig: Type.String() }), {
      minItems: 1,
    }),
  });
