import type { ReleaseVariant } from '../release/documents.ts';
import type { Tier } from '../schema/index.ts';
import type { LiveState, Profile } from './profile.ts';

/** Why a variant cannot be used on a device. `rule` is what counts and logs name. */
export interface VariantRejection {
  readonly variant: string;
  readonly code:
    | 'tier'
    | 'engine'
    | 'opset'
    | 'precision'
    | 'target'
    | 'memory'
    | 'storage'
    | 'quality';
  readonly rule: string;
  /** For people: what it needs and what there is. */
  readonly reason: string;
}

/** What the chosen variant must reach, besides fitting the device. */
export interface SelectionBar {
  /** Fraction, 0 to 1, on the variant's own metric. An unknown quality does not reach it. */
  readonly minQuality?: number;
}

/** A device as variants see it. */
export interface Place {
  readonly tier: Tier;
  readonly profile: Profile;
  readonly live: LiveState;
  readonly bar: SelectionBar;
}

/** The first hard constraint that a variant fails here, or undefined. */
export function misfit(variant: ReleaseVariant, place: Place): VariantRejection | undefined {
  for (const constraint of constraints) {
    const [code, test] = constraint;
    const reason = test(variant, place);
    if (reason !== undefined) return { variant: variant.id, code, rule: `variant-${code}`, reason };
  }
  return undefined;
}

type Test = (variant: ReleaseVariant, place: Place) => string | undefined;

/** In the order in which they are tried: what can never fit before what might tomorrow. */
const constraints: readonly (readonly [VariantRejection['code'], Test])[] = [
  ['tier', ({ tier }, place) => (tier === place.tier ? undefined : `it is for the ${tier} tier`)],
  ['target', ofTarget],
  ['engine', ofEngine],
  ['opset', ofOpset],
  ['precision', ofPrecision],
  ['memory', ofMemory],
  ['storage', ofStorage],
  ['quality', ofQuality],
];

/** A machine that is no target of the catalogue describes itself: the checks below judge it. */
function ofTarget({ targets = [] }: ReleaseVariant, { profile }: Place): string | undefined {
  if (targets.length === 0 || profile.target === undefined) return undefined;
  if (targets.includes(profile.target)) return undefined;
  return `it was built for ${targets.join(', ')}, and this is ${profile.target}`;
}

function ofEngine({ engine }: ReleaseVariant, { profile }: Place): string | undefined {
  if (profile.engines.some(({ name }) => name === engine)) return undefined;
  return `it needs ${engine}, and there is ${profile.engines.map(({ name }) => name).join(', ') || 'no engine'}`;
}

function ofOpset({ engine, opset }: ReleaseVariant, { profile }: Place): string | undefined {
  const newest = Math.max(
    ...profile.engines
      .filter(({ name }) => name === engine)
      .map((one) => one.opset ?? Number.POSITIVE_INFINITY),
  );
  return opset <= newest
    ? undefined
    : `it uses opset ${opset}, and ${engine} here runs up to ${newest}`;
}

function ofPrecision({ precision }: ReleaseVariant, { profile }: Place): string | undefined {
  if (profile.units.some((unit) => unit.precisions.includes(precision) && unit.tops[precision]))
    return undefined;
  return `no processor here runs ${precision}`;
}

function ofMemory(
  { workload, precision }: ReleaseVariant,
  { profile, live }: Place,
): string | undefined {
  const room = Math.min(
    profile.memory.budgetBytes,
    live.freeMemoryBytes ?? Number.POSITIVE_INFINITY,
  );
  const running = profile.units.filter((unit) => unit.precisions.includes(precision));
  const grows = Math.min(...running.map((unit) => unit.expands?.[precision] ?? 1));
  const needed = workload.peakMemoryBytes * grows;
  if (needed > room) return `it takes ${needed} bytes of memory, and ${room} are there`;
  const alive = Math.max(0, workload.peakMemoryBytes - workload.weightBytes);
  const { activationBytes = Number.POSITIVE_INFINITY } = profile.memory;
  if (alive <= activationBytes) return undefined;
  return `its activations take ${alive} bytes, and their memory has ${activationBytes}`;
}

function ofStorage({ bytes }: ReleaseVariant, { profile }: Place): string | undefined {
  if (profile.storageBytes === undefined || bytes <= profile.storageBytes) return undefined;
  return `it takes ${bytes} bytes of storage, and ${profile.storageBytes} are there`;
}

function ofQuality(variant: ReleaseVariant, { bar }: Place): string | undefined {
  if (bar.minQuality === undefined) return undefined;
  const quality = qualityOf(variant);
  if (quality !== undefined && quality >= bar.minQuality) return undefined;
  return `its quality is ${quality ?? 'unknown'}, and ${bar.minQuality} is asked for`;
}

/** A variant's quality where it is a fraction; a metric in dB says nothing about another model's. */
export function qualityOf({ quality }: ReleaseVariant): number | undefined {
  if (quality === undefined || quality.metric === 'snr') return undefined;
  return quality.value >= 0 && quality.value <= 1 ? quality.value : undefined;
}
