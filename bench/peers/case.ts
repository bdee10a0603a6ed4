import type { Tensors } from '@selvedge/infer/engine';

/** A model, what quantisers may look at, and what they are judged on. First dimension: samples. */
export interface Case {
  readonly name: string;
  readonly model: () => Uint8Array;
  readonly calibration: () => Promise<Tensors>;
  readonly heldOut: () => Promise<Tensors>;
  /** Of what is held out; then accuracy is the share of right answers, else signal to noise. */
  readonly labels?: () => readonly number[];
}
