import type { LayerMoments } from '../moments/moments.ts';

export interface Weights4Options {
  /** Weights that share a scale. Default 32. */
  readonly block?: 32 | 64 | 128;
  /**
   * Zero at the middle of the codes; otherwise each block stores a zero point, for a fiftieth more
   * bytes and about a third less error in the output. Default: `true` for `qdq`, where most NPUs
   * take nothing else, `false` for `matmulnbits`.
   */
  readonly symmetric?: boolean;
  /**
   * `matmulnbits` (the default): ONNX Runtime's operators, at any opset. `qdq`: INT4 tensors behind
   * DequantizeLinear, for runtimes without them; it needs opset 21, to which older models are raised.
   */
  readonly form?: 'matmulnbits' | 'qdq';
  /** MatMulNBits' `accuracy_level`: 4 lets ORT multiply in int8, faster and less exact. Default: float32. */
  readonly accuracyLevel?: 0 | 1 | 2 | 3 | 4;
  /** Layers with fewer weights stay. Default 512. */
  readonly minWeights?: number;
  /** Nodes that stay, by name or first output. */
  readonly keepNodes?: readonly string[];
  /** What layers read over calibration data: rounding then makes up for its own errors. */
  readonly moments?: LayerMoments;
  /** How to round; `best` (the default) compensates where there are moments, else searches scales. */
  readonly rounding?: 'plain' | 'searched' | 'best';
}
