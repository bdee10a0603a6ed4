import type { ChannelMeans } from '../calibrate/index.ts';
import type { LayerMoments } from '../moments/index.ts';

/** How {@link quantizeStatic} quantises. */
export interface StaticOptions {
  /** Nodes that stay float32, by name or first output. */
  readonly keepNodes?: readonly string[];
  /** Bits of activations. 16 needs opset 21, or makes Q and DQ of com.microsoft. Default 8. */
  readonly activationBits?: 8 | 16;
  /** Bits of weights; 7 as `reduce_range` of ONNX Runtime's quantiser. Default 8. */
  readonly weightBits?: 7 | 8;
  /** A weight scale per output channel; else one per tensor. Default true. */
  readonly perChannel?: boolean;
  /**
   * Means of what {@link observableMeans} names: biases then make up for what rounding weights does
   * to the mean of a layer's output.
   */
  readonly means?: ChannelMeans;
  /** Second moments of what layers read, by node: weights are then rounded to keep the output. */
  readonly moments?: LayerMoments;
}
