import type { Workload } from '@selvedge/core/release';

/** What one model of fp32 took on a processor. */
export interface Measured {
  readonly file: string;
  readonly precision: string;
  readonly threads: number;
  /** The fastest tenth took at most this, milliseconds: others share the machine. */
  readonly ms: number;
  readonly medianMs: number;
  readonly runs: number;
  readonly workload: Workload;
}

/** A machine and what was measured on it. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly rows: readonly Measured[];
}
