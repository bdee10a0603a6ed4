import type { FamilySummary, ReleaseDetail } from '@selvedge/core/api';
import { fail } from '@selvedge/core/errors';
import { Channel, channelPath, policyPath, Release, releasePath } from '@selvedge/core/release';
import { type FamilyName, parseDocument, type Version } from '@selvedge/core/schema';

/** A family as its signed documents tell. */
export interface PublishedFamily {
  readonly summary: FamilySummary;
  readonly policy: unknown;
  readonly releases: ReadonlyMap<Version, Omit<ReleaseDetail, 'installed'>>;
}

interface Draft {
  readonly releases: Map<Version, { release: Release; target: string }>;
  readonly channels: Map<string, Version>;
  policy: unknown;
}

/**
 * Reads families from the signed targets: what the hub shows is what a device can verify, and
 * there is no second record of it that could differ. `targets` are TUF paths and exact bytes.
 *
 * @throws SelvedgeError `bad-document` for one that is malformed or stands in the wrong place
 */
export function readFamilies(
  targets: Iterable<readonly [path: string, bytes: Uint8Array]>,
): Map<FamilyName, PublishedFamily> {
  const drafts = new Map<FamilyName, Draft>();
  for (const [path, bytes] of targets) {
    const match = /^families\/([^/]+\/[^/]+)\/(.+)$/.exec(path);
    if (!match) continue;
    const family = match[1]!;
    const draft = drafts.get(family) ?? { releases: new Map(), channels: new Map(), policy: null };
    drafts.set(family, draft);
    addTarget(draft, family, path, bytes);
  }
  return new Map([...drafts].map(([family, draft]) => [family, finish(family, draft)]));
}

function addTarget(draft: Draft, family: FamilyName, path: string, bytes: Uint8Array): void {
  const value = parseJson(path, bytes);
  if (path === policyPath(family)) {
    draft.policy = value;
  } else if (path.startsWith(`families/${family}/releases/`)) {
    const release = parseDocument(Release, value, path);
    checkPlace(path, releasePath(release.family, release.version));
    draft.releases.set(release.version, { release, target: path });
  } else if (path.startsWith(`families/${family}/channels/`)) {
    const channel = parseDocument(Channel, value, path);
    checkPlace(path, channelPath(channel.family, channel.channel));
    draft.channels.set(channel.channel, channel.version);
  }
}

function parseJson(path: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return fail('bad-document', `${path}: not JSON in UTF-8`, { details: { path } });
  }
}

/** A document speaks for the place it stands in, and for no other. */
function checkPlace(path: string, own: string): void {
  if (path === own) return;
  fail('bad-document', `${path}: the document in it belongs to ${own}`, { details: { path, own } });
}

function finish(family: FamilyName, { releases, channels, policy }: Draft): PublishedFamily {
  const pointing = (version: Version): string[] =>
    [...channels].filter(([, to]) => to === version).map(([channel]) => channel);
  return {
    summary: {
      family,
      versions: [...releases.keys()].sort(newestFirst),
      channels: [...channels].map(([channel, version]) => ({ channel, version })),
    },
    policy,
    releases: new Map(
      [...releases].map(([version, release]) => [
        version,
        { ...release, channels: pointing(version) },
      ]),
    ),
  };
}

/** Semantic versions, the newest first (semver.org 2.0.0 §11). */
export function newestFirst(a: Version, b: Version): number {
  const [left, right] = [split(a), split(b)];
  for (let at = 0; at < 3; at++) {
    const difference = right.numbers[at]! - left.numbers[at]!;
    if (difference !== 0) return difference;
  }
  return comparePrerelease(right.prerelease, left.prerelease);
}

const split = (version: Version) => {
  const dash = version.indexOf('-');
  const core = dash < 0 ? version : version.slice(0, dash);
  return {
    numbers: core.split('.').map(Number),
    prerelease: dash < 0 ? [] : version.slice(dash + 1).split('.'),
  };
};

function comparePrerelease(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [left, right] = [a[at], b[at]];
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    const [leftNumber, rightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
    if (leftNumber && rightNumber && Number(left) !== Number(right))
      return Number(left) - Number(right);
    if (leftNumber !== rightNumber) return leftNumber ? -1 : 1;
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
