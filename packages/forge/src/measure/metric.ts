import type { Tensors } from '@selvedge/infer/engine';
import type { Interval, Units } from './interval.ts';

/** What is known about one answer when it is scored. */
export interface Answer {
  readonly index: number;
  readonly inputs: Tensors;
  /** What the variant answered. */
  readonly outputs: Tensors;
  /** What the unconverted model answered. */
  readonly reference: Tensors;
  /** What the data set says the outputs should be, by output name; may be empty. */
  readonly expected: Tensors;
  /** The sample's class, where the data set has labels. */
  readonly label: number | undefined;
}

/** One figure for a variant beside the unconverted model's. */
export interface Summary {
  readonly value: number;
  readonly reference: number | null;
  /** A fraction between −1 and 1; positive is worse than the reference. */
  readonly drop: number | null;
  /** 95% interval of `drop`, or null where there are too few samples for one. */
  readonly interval: Interval | null;
  /** 95% interval of `value`, where it is a fraction. */
  readonly valueInterval: Interval | null;
}

/** A way to tell how good answers are. `Parts` is what is kept of each answer. */
export interface Metric<Parts = unknown> {
  readonly name: string;
  /** @throws SelvedgeError `bad-dataset` when the sample can't be scored, e.g. its label is out of range */
  score(answer: Answer): Parts | Promise<Parts>;
  /**
   * `reference`: the same samples, answered by the unconverted model. `units`: which of them err
   * together.
   */
  summarise(variant: readonly Parts[], reference: readonly Parts[], units?: Units): Summary;
  /** Ends what it runs in, where it is not this thread. */
  close?(): Promise<void>;
}
