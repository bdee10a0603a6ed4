import type { FamilyName, Version } from '../schema/index.ts';

/**
 * Where a family's documents stand among TUF targets. Everything under `families/<owner>/<name>/`
 * belongs to the family's delegated role, so that one publisher cannot speak for another.
 */
export const releasePath = (family: FamilyName, version: Version): string =>
  `families/${family}/releases/${version}.json`;

export const channelPath = (family: FamilyName, channel: string): string =>
  `families/${family}/channels/${channel}.json`;

export const policyPath = (family: FamilyName): string => `families/${family}/policy.json`;

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
