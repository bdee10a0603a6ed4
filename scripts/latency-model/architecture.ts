import type { Model } from '@selvedge/onnx';

/** A public architecture that the published latencies measured. */
export interface Architecture {
  /** `model` or `model/component` of the latencies. */
  readonly id: string;
  /** Architectures of one family are held out together: one tells too much of the other. */
  readonly family?: string;
  /** Published number of parameters, and where it stands. */
  readonly parameters: number;
  readonly source: string;
  readonly build: () => Model;
}
