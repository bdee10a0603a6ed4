import type { Provenance } from '../schema/index.ts';
import type { Burden, Estimate } from './estimate.ts';
import type { VariantRejection } from './fit.ts';

/** A variant that fits, with what it is predicted to cost here. Lower score is better. */
export interface RankedVariant {
  readonly variant: string;
  readonly precision: string;
  readonly predictedMs: number;
  /** Of `predictedMs`: measured or calibrated on this target, or estimated from its figures. */
  readonly provenance: Provenance;
  /** The processor that does most of it. */
  readonly unit: Estimate['unit'];
  /** Whether that one leaves parts to the CPU. */
  readonly restOnCpu?: true;
  readonly bound: Estimate['bound'];
  readonly energyMj?: number;
  /** Peak memory, bytes. */
  readonly memoryBytes: number;
  /** What a device fetches and keeps, bytes. */
  readonly bytes: number;
  /** As proven: the reference's, where the difference to it is within the measurement's error. */
  readonly quality?: number;
  /** What each adds to the score. Only differences among the ranked mean something. */
  readonly parts: Burden & { readonly quality: number; readonly bytes: number };
  readonly score: number;
}

/** Which variant a device takes, and why not each other one. */
export interface Selection {
  /** The id of the variant; absent when none fits. */
  readonly chosen?: string;
  /** One sentence for people. */
  readonly reason: string;
  /** All that fit, best first. */
  readonly ranked: readonly RankedVariant[];
  readonly rejected: readonly VariantRejection[];
}
