/** What both quantisers are asked to do. */
export interface ConversionJob {
  readonly pass: 'static' | 'dynamic' | 'int4' | 'fp16';
  /** Path of the model. */
  readonly model: string;
  /** Path of what is made. */
  readonly output: string;
  /** Directory of the calibration set, and in it the `.npy` file of each input. */
  readonly calibration: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Shape of one sample of each. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** How static quantisation takes its ranges; absent: as each quantiser does by itself. */
  readonly method?: 'minmax' | 'percentile' | 'entropy' | 'mse';
  /** Of int4. */
  readonly block?: 32 | 64 | 128;
  readonly symmetric?: boolean;
}

/** What a converter's process says of itself at its end. */
export type ConversionReport =
  | {
      /** Without start-up and imports. */
      readonly workMs: number;
      /** VmHWM of its process. */
      readonly peakKiB: number;
      readonly how: string;
    }
  /** Why nothing was made. */
  | { readonly failed: string };
