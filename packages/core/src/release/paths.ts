import { Check } from 'typebox/value';
import { FamilyName, Slug, Version } from '../schema/index.ts';

/**
 * Where a family's documents stand among TUF targets. Everything under `families/<owner>/<name>/`
 * belongs to the family's delegated role, so that one publisher cannot speak for another.
 */
export const releasePath = (family: FamilyName, version: Version): string =>
  `families/${family}/releases/${version}.json`;

export const channelPath = (family: FamilyName, channel: string): string =>
  `families/${family}/channels/${channel}.json`;

export const policyPath = (family: FamilyName): string => `families/${family}/policy.json`;

/**
 * The OCI tag of a variant's manifest; a release's index has its version. No version holds a `_`,
 * so that release `1.0.0-device-fp32` does not take the tag of a variant of `1.0.0`.
 */
export const variantTag = (version: Version, variant: Slug): string => `${version}_${variant}`;

/** What stands at a family's target path. */
export type FamilyPlace = { readonly family: FamilyName } & (
  | { readonly kind: 'release'; readonly version: Version }
  | { readonly kind: 'channel'; readonly channel: Slug }
  | { readonly kind: 'policy' }
);

/**
 * Reads a target path back: the inverse of {@link releasePath}, {@link channelPath} and
 * {@link policyPath}. Undefined for every other path, also one whose family, version or channel
 * does not fit its schema: its length is bounded, and no file name can be another's directory.
 */
export function familyPlace(path: string): FamilyPlace | undefined {
  const match = /^families\/([^/]+\/[^/]+)\/(?:(releases|channels)\/([^/]+)|policy)\.json$/.exec(
    path,
  );
  if (!match) return undefined;
  const [, family = '', folder, name] = match;
  if (!Check(FamilyName, family)) return undefined;
  if (folder === undefined) return { family, kind: 'policy' };
  if (folder === 'releases')
    return Check(Version, name) ? { family, kind: 'release', version: name } : undefined;
  return Check(Slug, name) ? { family, kind: 'channel', channel: name } : undefined;
}

/** TUF PATHPATTERNs of a family's delegation; `*` does not cross a slash (TUF 1.0.34 §4.5). */
export const familyPatterns = (family: FamilyName): string[] => [
  `families/${family}/*`,
  `families/${family}/*/*`,
];

/**
 * The family as one path segment: the name of its TUF role and of its OIP model.
 * Family names hold no dot, so `owner.family` is unambiguous and needs no escaping.
 */
export const familySlug = (family: FamilyName): string => family.replace('/', '.');

/** The inverse of {@link familySlug}. */
export const familyOfSlug = (slug: string): FamilyName => slug.replace('.', '/');
