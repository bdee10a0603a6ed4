import type { Latency, Quality } from '@selvedge/core/release';
import type { Tier } from '@selvedge/core/schema';
import type { VariantStatus } from '../report/index.ts';

/** What stands against a variant on a target, or is worth knowing of it there. */
export type RuleId =
  | 'quality'
  | 'size'
  | 'latency'
  | 'memory'
  | 'fallback'
  | 'precision'
  | 'cannot-run'
  | 'unknown'
  | 'not-built';

/** One reason of a cell. */
export interface MatrixFinding {
  readonly rule: RuleId;
  /** `fails`: something is broken that was asked for; `unproven`: it was asked for and cannot be told. */
  readonly effect: 'fails' | 'unproven' | 'note';
  /** A sentence with the figure and its limit. */
  readonly message: string;
  /** The operators it is about, whole names. */
  readonly nodes?: readonly string[];
  /** What would change it. */
  readonly hint?: string;
}

/** A variant on a target. */
export interface MatrixCell {
  readonly variant: string;
  readonly target: string;
  /** Whether the blueprint names the target for this variant's tier. */
  readonly required: boolean;
  readonly status: VariantStatus;
  readonly provider: string;
  /** Of the provider's operator list; empty where there is none. */
  readonly version: string;
  /** Of the operators. */
  readonly verdict: 'full' | 'partial' | 'none' | 'unknown';
  /** False where the catalogue's accelerator does not compute in the variant's precision: a runtime may convert it, or leave it to the CPU. */
  readonly inPrecision: boolean;
  /** Part of all MACs that the CPU would run; null where it is not known. */
  readonly fallbackShare: number | null;
  readonly partitions: number | null;
  /** Median of one inference with its 90% interval; null where nothing is known of the precision there. */
  readonly estimate: Estimated | null;
  readonly memory: {
    readonly bytes: number;
    readonly budgetBytes: number;
    readonly fits: boolean;
  } | null;
  readonly findings: readonly MatrixFinding[];
}

export interface Estimated {
  readonly p50Ms: number;
  readonly lowMs: number;
  readonly highMs: number;
  readonly unit: string;
  readonly provenance: Latency['provenance'];
}

export interface MatrixVariant {
  readonly id: string;
  readonly tier: Tier;
  readonly precision: string;
  readonly bytes: number | null;
  readonly digest: string | null;
  /** Of the quality bar alone. */
  readonly status: VariantStatus;
  readonly reason: string;
  readonly quality: Quality | null;
}

export interface MatrixTarget {
  readonly id: string;
  readonly name: string;
  /** `npu (qnn)` */
  readonly unit: string;
}

/** What the blueprint asks: of a tier on a target, or, where it names none, of the tier. */
export interface Requirement {
  readonly tier: Tier;
  readonly target: string | null;
  readonly ok: boolean;
  /** The smallest variant that holds everything there. */
  readonly variant: string | null;
  readonly reason: string;
}

/** `matrix.json` */
export interface Matrix {
  readonly apiVersion: string;
  readonly kind: 'Matrix';
  /** The blueprint or model that was given. */
  readonly source: string;
  readonly family: string;
  readonly version: string;
  readonly model: { readonly file: string; readonly digest: string; readonly bytes: number };
  readonly targets: readonly MatrixTarget[];
  readonly variants: readonly MatrixVariant[];
  readonly cells: readonly MatrixCell[];
  /** Empty where no blueprint was given: nothing is required then. */
  readonly requirements: readonly Requirement[];
  readonly ok: boolean;
  readonly toolchain: { readonly selvedge: string };
}
