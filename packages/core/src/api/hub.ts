/**
 * What the hub's API answers under `/api/v1`, for every program that asks it: the command line,
 * the publisher, the console, agents. What is sent to it is in
 * `reports.ts` (`Enrolment`, `StateReport`, `DecisionCounts`) and `@selvedge/core/trust`
 * (`TrustUpdate`).
 *
 * Answers tolerate unknown keys: a newer hub may say more.
 */
import { type Static, Type } from 'typebox';
import { Profile } from '../device/profile.ts';
import { Release } from '../release/documents.ts';
import { InstalledVariant } from '../release/installed.ts';
import { FamilyName, Slug, Tier, Timestamp, Version } from '../schema/index.ts';
import { DeviceId, StateReport } from './reports.ts';

/** A TUF key object (specification 1.0.34 §4.2). */
const KeyObject = Type.Object({
  keytype: Type.String(),
  scheme: Type.String(),
  keyval: Type.Object({ public: Type.String() }),
});

/** `GET /trust`: what a publisher needs to make the first root. */
export const HubTrust = Type.Object({
  /** Whether the hub runs with `--dev`, where agents may trust on first use. */
  dev: Type.Boolean(),
  /** Whether a root has been published here. */
  established: Type.Boolean(),
  /** The keys that the hub signs `snapshot` and `timestamp` with. */
  online: Type.Object({ snapshot: KeyObject, timestamp: KeyObject }),
});
export type HubTrust = Static<typeof HubTrust>;

/** Answer to `POST /trust/updates`: the version each role has now. */
export const TrustUpdated = Type.Object({
  versions: Type.Record(Type.String(), Type.Integer({ minimum: 1 })),
});
export type TrustUpdated = Static<typeof TrustUpdated>;

/** A family as the list shows it. */
export const FamilySummary = Type.Object({
  family: FamilyName,
  /** Newest first. */
  versions: Type.Array(Version),
  channels: Type.Array(Type.Object({ channel: Slug, version: Version })),
});
export type FamilySummary = Static<typeof FamilySummary>;

/** `GET /families`. */
export const Families = Type.Object({ families: Type.Array(FamilySummary) });
export type Families = Static<typeof Families>;

/** How many devices have a variant, by the state they last reported. */
export const VariantCount = Type.Object({
  version: Version,
  variant: Slug,
  state: Type.String(),
  devices: Type.Integer({ minimum: 0 }),
});
export type VariantCount = Static<typeof VariantCount>;

/** `GET /families/{owner}/{family}`. */
export const FamilyDetail = Type.Object({
  ...FamilySummary.properties,
  /** The compiled routing policy, as it was signed; null where the family has none. */
  policy: Type.Union([Type.Unknown(), Type.Null()]),
  installed: Type.Array(VariantCount),
});
export type FamilyDetail = Static<typeof FamilyDetail>;

/** `GET /families/{owner}/{family}/releases/{version}`. */
export const ReleaseDetail = Type.Object({
  /** The document as it was signed. */
  release: Release,
  /** The TUF target that it is. */
  target: Type.String(),
  channels: Type.Array(Slug),
  installed: Type.Array(VariantCount),
});
export type ReleaseDetail = Static<typeof ReleaseDetail>;

/** A device as the list shows it. Fields of its report are null before the first one. */
export const DeviceSummary = Type.Object({
  device: DeviceId,
  enrolledAt: Timestamp,
  /** When the hub got the last report, by the hub's clock. Reports come only on change. */
  reportedAt: Type.Union([Timestamp, Type.Null()]),
  sequence: Type.Integer({ minimum: 0 }),
  target: Type.Union([Slug, Type.Null()]),
  platform: Type.Union([Type.Object({ os: Type.String(), arch: Type.String() }), Type.Null()]),
  installed: Type.Array(InstalledVariant),
  problems: StateReport.properties.problems,
});
export type DeviceSummary = Static<typeof DeviceSummary>;

/** `GET /devices?limit=&after=`: `next` is the `after` of the next page, null on the last. */
export const Devices = Type.Object({
  devices: Type.Array(DeviceSummary),
  total: Type.Integer({ minimum: 0 }),
  next: Type.Union([DeviceId, Type.Null()]),
});
export type Devices = Static<typeof Devices>;

/** `GET /devices/{id}`. */
export const DeviceDetail = Type.Object({
  ...DeviceSummary.properties,
  /** Raw Ed25519 public key, base64. */
  publicKey: Type.String(),
  profile: Type.Union([Profile, Type.Null()]),
});
export type DeviceDetail = Static<typeof DeviceDetail>;

/** Answer to `POST /devices`: 201 for a new device, 200 for one that was there. */
export const Enrolled = Type.Object({
  device: DeviceId,
  enrolledAt: Timestamp,
  /** The sequence of the last report; the next one must be greater. */
  sequence: Type.Integer({ minimum: 0 }),
});
export type Enrolled = Static<typeof Enrolled>;

/** Answer to `PUT /devices/{id}/state`. */
export const StateAccepted = Type.Object({
  device: DeviceId,
  sequence: Type.Integer({ minimum: 1 }),
});
export type StateAccepted = Static<typeof StateAccepted>;

/** `GET /counts?family=&since=&until=`: decisions summed over the hours of the span. */
export const Counts = Type.Object({
  since: Type.Union([Timestamp, Type.Null()]),
  until: Type.Union([Timestamp, Type.Null()]),
  counts: Type.Array(
    Type.Object({
      family: FamilyName,
      tier: Type.Union([Tier, Type.Literal('none')]),
      rule: Slug,
      count: Type.Integer({ minimum: 0 }),
    }),
  ),
});
export type Counts = Static<typeof Counts>;

/** Answer to `POST /counts`: `false` for a batch that was counted before. */
export const CountsAccepted = Type.Object({ counted: Type.Boolean() });
export type CountsAccepted = Static<typeof CountsAccepted>;

/** What a token allows. `admin` allows everything and manages tokens; `read` shows the fleet. */
export const Scope = Type.Union([
  Type.Literal('admin'),
  Type.Literal('publish'),
  Type.Literal('trust'),
  Type.Literal('enrol'),
  Type.Literal('report'),
  Type.Literal('signals'),
  Type.Literal('read'),
]);
export type Scope = Static<typeof Scope>;

/** A token as the list shows it: never its text, of which the hub keeps only a hash. */
export const TokenSummary = Type.Object({
  id: Type.String(),
  name: Type.String(),
  scopes: Type.Array(Scope),
  createdAt: Timestamp,
});
export type TokenSummary = Static<typeof TokenSummary>;

/** `GET /tokens`. */
export const Tokens = Type.Object({ tokens: Type.Array(TokenSummary) });
export type Tokens = Static<typeof Tokens>;

/** `POST /tokens`. */
export const TokenRequest = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64 }),
    scopes: Type.Array(Scope, { minItems: 1, uniqueItems: true }),
  },
  { additionalProperties: false },
);
export type TokenRequest = Static<typeof TokenRequest>;

/** Answer to `POST /tokens`: the one time that the text of the token is shown. */
export const TokenIssued = Type.Object({ ...TokenSummary.properties, token: Type.String() });
export type TokenIssued = Static<typeof TokenIssued>;

/** The body of every error answer. */
export const ErrorAnswer = Type.Object({
  error: Type.Object({
    code: Type.String(),
    message: Type.String(),
    hint: Type.Optional(Type.String()),
    details: Type.Record(Type.String(), Type.Unknown()),
  }),
});
export type ErrorAnswer = Static<typeof ErrorAnswer>;
