import type { Workload } from '@selvedge/core/release';

/** What an emulated chip's clock reckons from. */
export interface ModelCost {
  readonly workload: Workload;
  /** The variant's precision: `fp32`, `fp16`, `int8-dynamic`. */
  readonly precision: string;
}

/** Shapes of a request's inputs by name; empty while a model is loaded. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

/** What one inference costs with inputs of these shapes. */
export type CostOf = (shapes: Shapes) => ModelCost;
