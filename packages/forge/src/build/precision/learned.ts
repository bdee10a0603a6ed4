import type { Range, StaticOptions } from '@selvedge/onnx';

/** What each activation spans. */
export type Ranges = ReadonlyMap<string, Range>;

/** What static quantisation learned from calibration samples. */
export interface Learned {
  readonly ranges: Ranges;
  readonly options: StaticOptions;
}
