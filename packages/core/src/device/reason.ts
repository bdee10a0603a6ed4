import type { Release } from '../release/documents.ts';
import { formatBytes } from '../units/index.ts';
import type { VariantRejection } from './fit.ts';
import type { RankedVariant } from './selection.ts';

/**
 * Why the first is first, as a sentence: what it takes here, then what decided against the next
 * one, weightiest first, and what spoke against the first.
 */
export function whyFirst(first: RankedVariant, second: RankedVariant | undefined): string {
  const against = second === undefined ? 'no other fits' : whyBefore(first, second);
  return `${describe(first)}; ${against}`;
}

/** What most of the time goes to. */
const spentOn: Readonly<Record<RankedVariant['bound'], string>> = {
  compute: 'mostly for arithmetic',
  memory: 'mostly to move weights and activations',
  overhead: 'mostly to start the run and its operators',
};

function describe(one: RankedVariant): string {
  const { variant, predictedMs, provenance, unit, bound, energyMj, restOnCpu } = one;
  const through = unit.kind === unit.provider ? '' : ` (${unit.provider})`;
  const rest = restOnCpu ? ' and the CPU' : '';
  const energy = energyMj === undefined ? '' : ` and ${figure(energyMj)} mJ`;
  return `${variant} takes ${figure(predictedMs)} ms${energy} on the ${unit.kind.toUpperCase()}${through}${rest}, ${provenance}, ${spentOn[bound]}`;
}

type Part = keyof RankedVariant['parts'];

/** How each part of the score is told: its name, its amount, the amount's unit. */
const told: Readonly<Record<Part, readonly [string, (one: RankedVariant) => string, string]>> = {
  time: ['time', ({ predictedMs }) => figure(predictedMs), 'ms'],
  energy: ['energy', ({ energyMj }) => figure(energyMj ?? 0), 'mJ'],
  quality: ['quality', ({ quality }) => percent(quality), '%'],
  bytes: ['download', ({ bytes }) => formatBytes(bytes), ''],
};

/** A difference of the score below this decides nothing that a person should read. */
const negligible = 0.001;

function whyBefore(first: RankedVariant, second: RankedVariant): string {
  const lead = (part: Part) => second.parts[part] - first.parts[part];
  const tell = (part: Part) => {
    const [name, amount, unit] = told[part];
    return `its ${name} (${`${amount(first)} against ${amount(second)} ${unit}`.trimEnd()})`;
  };
  const weighty = (Object.keys(told) as Part[])
    .filter((part) => Math.abs(lead(part)) > negligible)
    .sort((a, b) => Math.abs(lead(b)) - Math.abs(lead(a)));
  const pros = weighty.filter((part) => lead(part) > 0).map(tell);
  const cons = weighty.filter((part) => lead(part) < 0).map(tell);
  if (pros.length === 0) return `${second.variant} is as good and comes later by its name`;
  const inSpite = cons.length === 0 ? '' : `, in spite of ${listed(cons)}`;
  return `preferred to ${second.variant} for ${listed(pros)}${inSpite}`;
}

const listed = (words: readonly string[]): string =>
  [words.slice(0, -1).join(', '), ...words.slice(-1)].filter(Boolean).join(' and ');

const percent = (fraction: number | undefined): string =>
  fraction === undefined ? 'unknown' : figure(fraction * 100);

/** Why none fits, as a sentence. */
export function whyNone(
  release: Pick<Release, 'family' | 'version'>,
  rejected: readonly VariantRejection[],
): string {
  const reasons = rejected.map(({ variant, reason }) => `${variant}: ${reason}`).join('; ');
  return `no variant of ${release.family} ${release.version} fits (${reasons})`;
}

/** Three significant digits. */
const figure = (value: number) => String(Number(value.toPrecision(3)));
