import { compressedPrecisions, compressionOf } from './compression/index.ts';
import type { TierPlan } from './plan.ts';
import { type Precision, precisionOf } from './precision/index.ts';

/** A variant that a build is to make. */
export interface VariantKind {
  readonly id: string;
  readonly precision: Precision;
}

/**
 * Every variant of a tier in the order of the report: the precisions, then each compression with
 * those that it goes with.
 */
export function variantKinds({ tier, precisions, compression = [] }: TierPlan): VariantKind[] {
  const plain = precisions.map(precisionOf);
  return [
    ...plain.map((precision) => ({ id: `${tier}-${precision.id}`, precision })),
    ...compression.map(compressionOf).flatMap((method) =>
      compressedPrecisions(method, plain).map((precision) => ({
        id: `${tier}-${precision.id}-${method.suffix}`,
        precision,
      })),
    ),
  ];
}
