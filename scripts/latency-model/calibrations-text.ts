import type { SimilarityFit } from './similarity.ts';
import { boundsOf, type HeldOut, likeGroup, median, relativeError } from './validate.ts';

/** Devices of the published latencies that are targets of the catalogue. */
export const targets = [
  ['snapdragon-8-elite-gen-5', 'Snapdragon 8 Elite Gen 5 QRD', 'flagship-2026'],
  ['snapdragon-8-gen3', 'Samsung Galaxy S24', 'snapdragon-8-gen3'],
  ['snapdragon-x-elite', 'Snapdragon X Elite CRD', 'snapdragon-x-elite'],
] as const;

export const precisions = [
  ['fp16', 'float'],
  ['int8', 'w8a8'],
] as const;

/** The module of calibrations that the catalogue's chips refer to, ONNX Runtime's QNN provider. */
export function calibrationsText(from: {
  fit: SimilarityFit;
  heldOut: readonly HeldOut[];
  /** The same latencies as the catalogue's figures alone predict them. */
  roofline: readonly HeldOut[];
}): string {
  const all = targets.flatMap(([id, device]) =>
    precisions.map(([precision, published]) => {
      const own = from.heldOut.filter(
        ({ group }) =>
          group.runtime === 'onnx' && group.precision === published && group.device === device,
      );
      const group = own[0]?.group;
      if (!group) return undefined;
      const { low, high } = boundsOf(likeGroup(from.heldOut, group));
      return {
        id: `${id}-onnx`,
        precision,
        device,
        runtime: 'ONNX Runtime',
        networks: own.length,
        medianError: rounded(median(own.map(relativeError))),
        low: rounded(low),
        high: rounded(high),
        coefficients: Object.fromEntries(
          Object.entries(from.fit.coefficients(group)).map(([term, ms]) => [term, rounded(ms)]),
        ),
        weights: Object.fromEntries(
          Object.entries(from.fit.weights(group)).map(([id, one]) => [id, rounded(one)]),
        ),
      };
    }),
  );
  const bounds = boundsOf(from.roofline);
  const roofline = {
    low: rounded(bounds.low),
    high: rounded(bounds.high),
    medianError: rounded(median(from.roofline.map(relativeError))),
  };
  const entries = all.filter((one) => one !== undefined);
  return [
    '// Written by scripts/latency-model/main.ts; do not edit.',
    "import type { Calibration } from './calibration.ts';",
    '',
    '/** Fitted to AI Hub Models v0.46.1 (quic/ai-hub-models, commit 52c080d2). See docs/latency-model.md. */',
    `export const calibrations: readonly Calibration[] = ${JSON.stringify(entries, undefined, 2)};`,
    '',
    '/** Of estimates from the catalogue alone, on the three chips above: what holds 90% of the latencies. */',
    `export const rooflineBounds = ${JSON.stringify({ low: roofline.low, high: roofline.high })} as const;`,
    '',
  ].join('\n');
}

/** The module of networks that others are compared with. */
export function knownNetworksText({
  reach,
  mixes,
}: Pick<SimilarityFit, 'reach' | 'mixes'>): string {
  const networks = Object.entries(mixes).map(([id, mix]) => {
    const shares = Object.entries(mix).map(([key, one]) => [key, rounded(one)]);
    return [id, Object.fromEntries(shares)];
  });
  return [
    '// Written by scripts/latency-model/main.ts; do not edit.',
    '// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: shares are near some by chance.',
    "import type { KnownNetworks } from './calibration.ts';",
    '',
    '/** Those of docs/latency-model.md. */',
    'export const knownNetworks: KnownNetworks =',
    `${JSON.stringify({ reach, mixes: Object.fromEntries(networks) }, undefined, 2)};`,
    '',
  ].join('\n');
}

const rounded = (value: number) => Number(value.toPrecision(3));
