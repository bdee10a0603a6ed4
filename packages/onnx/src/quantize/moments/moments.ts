/**
 * Second moments of what a layer reads, over calibration data: what an error in its weights costs
 * in its output. For weights `[N, K]`, an error E makes Σ|E·x|² = tr(E·H·Eᵀ) with H = Σ x·xᵀ.
 */
export interface InputMoments {
  /** K: inputs of one output (channels × kernel for a convolution). */
  readonly size: number;
  /** Rows that were added up. */
  readonly rows: number;
  /** Mean of x², `[K]`. */
  readonly diagonal: Float64Array;
  /** Mean of x·xᵀ, `[K, K]`, symmetric; absent where K is too large for that. */
  readonly full?: Float64Array;
  /** Where `full` is absent: its squares along the diagonal, of so many inputs each, the last of the rest. */
  readonly blocks?: { readonly size: number; readonly values: readonly Float64Array[] };
}

/** Moments of layers, by the name of the layer's node, or its first output where it has none. */
export type LayerMoments = ReadonlyMap<string, InputMoments>;
