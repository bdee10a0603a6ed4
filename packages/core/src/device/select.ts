import type { Release, ReleaseVariant } from '../release/documents.ts';
import type { Tier } from '../schema/index.ts';
import { misfit, type SelectionBar, type VariantRejection } from './fit.ts';
import type { LiveState, Profile } from './profile.ts';
import { rank } from './rank.ts';
import { whyFirst, whyNone } from './reason.ts';
import type { Selection } from './selection.ts';

/**
 * Chooses the variant of a release for a device: hard constraints first (tier, target, engine,
 * opset, precision, memory, storage, quality bar), then the least sum of burden (see
 * {@link burdenPartsAmong}), missing quality and bytes. A pure function of its arguments; no
 * figure but the profile's and the release's enters. Latencies measured on this very target
 * replace estimates when every fitting variant has one; what its accelerator leaves to the CPU is
 * taken from the release. Equal scores are ordered by id.
 *
 * @param live only `freeMemoryBytes` counts: a choice must not change with the battery.
 */
export function selectVariant(
  release: Pick<Release, 'family' | 'version' | 'variants'>,
  tier: Tier,
  profile: Profile,
  live: LiveState = {},
  bar: SelectionBar = {},
): Selection {
  const place = { tier, profile, live, bar };
  const rejected: VariantRejection[] = [];
  const fitting: ReleaseVariant[] = [];
  for (const variant of release.variants) {
    const rejection = misfit(variant, place);
    if (rejection) rejected.push(rejection);
    else fitting.push(variant);
  }
  const ranked = rank(fitting, profile);
  const [first, second] = ranked;
  if (first === undefined) return { reason: whyNone(release, rejected), ranked, rejected };
  return { chosen: first.variant, reason: whyFirst(first, second), ranked, rejected };
}
