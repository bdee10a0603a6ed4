import type { PlanStep, Rejection } from '@selvedge/core/route';
import type { Provenance, TensorSpec, Tier } from '@selvedge/core/schema';
import type { Tensors } from '@selvedge/infer/engine';

/** Where an inference ran, and why there. The keys of `decision` in the document of `run`. */
export interface PlacedDecision {
  readonly tier: Tier | null;
  readonly variant: string | null;
  readonly engine: string | null;
  readonly target: string | null;
  readonly attempts: readonly {
    readonly candidate: string;
    readonly outcome: string;
    readonly ms: number;
    readonly code?: string;
  }[];
  readonly rejected: readonly Rejection[];
  readonly plan: readonly PlanStep[];
  readonly policy: string;
  readonly rule: string;
  /** Of `computeMs`. */
  readonly provenance: Provenance | null;
  /** What the engine says it took, milliseconds, without the way there. */
  readonly computeMs?: number;
}

/** Something that answers samples: a model file on this machine, or a family through an agent. */
export interface Answering {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  answer(inputs: Tensors): Promise<{ outputs: Tensors; decision: PlacedDecision }>;
  close(): Promise<void>;
}

export interface Wish {
  readonly labels: readonly string[];
  readonly deadlineMs: number | undefined;
}
