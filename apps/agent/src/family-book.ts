import type { Likeness } from '@selvedge/core/device';
import { fail } from '@selvedge/core/errors';
import type { Release } from '@selvedge/core/release';
import type { CompiledPolicy } from '@selvedge/core/route';
import type { FamilyName } from '@selvedge/core/schema';
import { Breakers } from '@selvedge/infer/execute';
import type { Installer } from '@selvedge/node/install';
import { type DeviceFacts, deviceCandidate, remoteCandidate } from './candidates.ts';
import { type LatencyHistory, latencyHistory } from './latency-history.ts';
import type { RemotePlace } from './remote-place.ts';
import type { RoutedFamily } from './router.ts';
import { type FamilyRouting, loadRouting, saveRouting } from './routing.ts';
import { type UnitWatch, unitWatch } from './unit-watch.ts';

/** Every family that this device knows, ready to be routed. */
export interface FamilyBook {
  names(): readonly FamilyName[];
  get(family: FamilyName): RoutedFamily | undefined;
  /** Whether the family's answers take as long as the device's processor should (`unitWatch`). */
  likeness(family: FamilyName): Likeness | null;
  /** Takes up a family from the disk. */
  recall(family: FamilyName): Promise<void>;
  /** Takes up what was just verified. */
  learn(
    family: FamilyName,
    documents: { policy: CompiledPolicy | undefined; release: Release | undefined },
  ): Promise<void>;
}

interface Page {
  routing: FamilyRouting;
  /** Of this family alone: what one model's failures say of a place says nothing of another's. */
  readonly breakers: Breakers;
  readonly history: LatencyHistory;
  readonly watch: UnitWatch;
}

export function familyBook(options: {
  readonly dataDir: string;
  readonly installer: Installer;
  readonly device: DeviceFacts;
  readonly remotes: readonly RemotePlace[];
}): FamilyBook {
  const { dataDir, installer, device, remotes } = options;
  const pages = new Map<FamilyName, Page>();
  const write = (family: FamilyName, routing: FamilyRouting): void => {
    const page = pages.get(family);
    if (page) page.routing = routing;
    else pages.set(family, newPage(routing, device));
  };

  const routed = (
    family: FamilyName,
    { routing, breakers, history, watch }: Page,
  ): RoutedFamily => ({
    route: routing.route,
    breakers,
    history,
    candidates: () => [
      deviceCandidate(installer.active(family), device, history),
      ...remotes.map((remote) => {
        const facts = remote.facts();
        return remoteCandidate(facts, routing.remote[facts.tier], history);
      }),
    ],
    async run(candidate, inputs, context) {
      if (candidate.tier === 'device') {
        const active = installer.active(family);
        if (!active) return fail('unavailable', `${family} is not installed any more`);
        const result = await active.run(inputs, context);
        watch.add(active.variant.id, result);
        return result;
      }
      const remote = remotes.find((place) => place.facts().id === candidate.id);
      return remote
        ? remote.run(family, inputs, context)
        : fail('unavailable', `${candidate.id} is not known any more`);
    },
    version: (tier) =>
      tier === 'device' ? installer.active(family)?.version : routing.remote[tier]?.version,
  });
  return {
    names: () => [...pages.keys()],
    get(family) {
      const page = pages.get(family);
      return page && routed(family, page);
    },
    likeness: (family) => pages.get(family)?.watch.likeness(installer.active(family)) ?? null,
    recall: async (family) => write(family, await loadRouting(dataDir, family)),
    learn: async (family, documents) =>
      write(family, await saveRouting(dataDir, family, documents)),
  };
}

const newPage = (routing: FamilyRouting, { profile }: DeviceFacts): Page => ({
  routing,
  breakers: new Breakers(),
  history: latencyHistory(),
  watch: unitWatch(profile),
});
