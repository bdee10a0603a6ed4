import type { DeviceId } from '@selvedge/core/api';
import type { Likeness, Profile } from '@selvedge/core/device';
import { type InstalledVariant, installationUnderWay } from '@selvedge/core/release';
import type { FamilyName, TensorSpec } from '@selvedge/core/schema';
import type { Installer } from '@selvedge/node/install';
import type { RemoteFacts } from './candidates.ts';
import type { FamilyBook } from './family-book.ts';
import type { RemotePlace } from './remote-place.ts';

/** What an agent knows of itself. */
export interface AgentState {
  readonly device: DeviceId;
  readonly profile: Profile;
  readonly hub: string;
  readonly installed: readonly InstalledVariant[];
  /** Installs that are not finished: what only the device itself is told. */
  readonly underWay: readonly InstalledVariant[];
  /** What answers on the device, with what it takes and gives. */
  readonly families: readonly AgentFamily[];
  /** Other places that may answer, as they were found. */
  readonly places: readonly FoundPlace[];
  readonly lastPoll: LastPoll | null;
}

/** A place over the network, its round trip timed by this device's clock. */
export interface FoundPlace extends RemoteFacts {
  readonly provenance: 'measured';
}

/** A family that this device knows; version and variant are null where nothing of it is installed. */
export interface AgentFamily {
  readonly family: FamilyName;
  readonly version: string | null;
  readonly variant: string | null;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /**
   * Whether its answers take as long as on the processor that the profile promises; null where that
   * is the CPU, or nothing was measured.
   */
  readonly likeness: Likeness | null;
}

export interface LastPoll {
  /** ISO 8601. */
  readonly at: string;
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

/** Reads the state off the agent's parts. */
export function agentState(parts: {
  readonly device: DeviceId;
  readonly profile: Profile;
  readonly hub: string;
  readonly installer: Installer;
  readonly book: FamilyBook;
  readonly remotes: readonly RemotePlace[];
  readonly lastPoll: LastPoll | null;
}): AgentState {
  const { device, profile, hub, installer, book, remotes, lastPoll } = parts;
  return {
    device,
    profile,
    hub,
    installed: installer.installed(),
    underWay: installer.installations().flatMap(installationUnderWay),
    families: book.names().map((family) => familyState(family, installer, book)),
    places: remotes.map((place) => ({ ...place.facts(), provenance: 'measured' as const })),
    lastPoll,
  };
}

function familyState(family: FamilyName, installer: Installer, book: FamilyBook): AgentFamily {
  const active = installer.active(family);
  return {
    family,
    version: active?.version ?? null,
    variant: active?.variant.id ?? null,
    inputs: active?.inputs ?? [],
    outputs: active?.outputs ?? [],
    likeness: book.likeness(family),
  };
}
