import type { Release } from '../release/documents.ts';
import type { VariantRejection } from './fit.ts';
import { bytesWeight, qualityWeight } from './rank.ts';
import type { RankedVariant } from './selection.ts';

/** Why the first is first, as a sentence. */
export function whyFirst(first: RankedVariant, second: RankedVariant | undefined): string {
  const behind =
    second === undefined
      ? 'no other fits'
      : `${second.variant} is behind with ${drawbacks(second, first)}`;
  return `${describe(first)}; ${behind}`;
}

function describe({
  variant,
  predictedMs,
  provenance,
  unit,
  bound,
  energyMj,
}: RankedVariant): string {
  const through = unit.kind === unit.provider ? '' : ` (${unit.provider})`;
  const energy = energyMj === undefined ? '' : ` and ${figure(energyMj)} mJ`;
  return `${variant} takes ${figure(predictedMs)} ms${energy} on the ${unit.kind}${through}, ${provenance}, bound by ${bound}`;
}

/** What the second lacks to the first, the weightiest two. */
function drawbacks(second: RankedVariant, first: RankedVariant): string {
  const points = 100 * ((first.quality ?? 0) - (second.quality ?? first.quality ?? 0));
  const merits = [
    [Math.log(second.predictedMs / first.predictedMs), `${figure(second.predictedMs)} ms`],
    [
      Math.log((second.energyMj ?? 1) / (first.energyMj ?? 1)) / 2,
      `${figure(second.energyMj ?? 0)} mJ`,
    ],
    [(qualityWeight * points) / 100, `${figure(points)} points less quality`],
    [
      bytesWeight * (Math.log1p(second.bytes) - Math.log1p(first.bytes)),
      `${kilobytes(second.bytes)} instead of ${kilobytes(first.bytes)}`,
    ],
  ] as const;
  const telling = merits.filter(([weight]) => weight > 0.001).sort(([a], [b]) => b - a);
  return (
    telling
      .map(([, text]) => text)
      .slice(0, 2)
      .join(', ') || 'nothing but its name'
  );
}

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

const kilobytes = (bytes: number) => `${figure(bytes / 1000)} kB`;
