import type { Digest, ElementType } from '@selvedge/core/schema';
import type { Tensors } from '@selvedge/infer/engine';
import type { Sequence } from './sequence.ts';

/** Samples for a model, read as they are asked for. */
export interface Dataset {
  /** As it was given, for messages. */
  readonly path: string;
  /** At least 1. */
  readonly samples: number;
  /** Over names and contents of its files: which data something was measured on. */
  readonly digest: Digest;
  /** One class per sample, where `labels.npy` is there. */
  readonly labels: readonly number[] | undefined;
  /** Outputs that have an `expected.<output>.npy`. */
  readonly expectedOutputs: readonly string[];
  /** By input that has an array: the file and the element type it holds, before any conversion. */
  readonly stored: Readonly<Record<string, StoredColumn>>;
  /** How samples follow each other, where the model is stateful. */
  readonly sequence: Sequence | undefined;
  /**
   * The inputs of one sample in the model's shapes and types, constants included. Inputs that a
   * sequence feeds are not: the caller keeps the state, from `sequence.initial` on.
   *
   * @throws SelvedgeError `bad-dataset` when an element does not fit
   */
  sample(index: number): Promise<Tensors>;
  /** What the outputs of one sample should be, by output name, as the file holds it. */
  expected(index: number): Promise<Tensors>;
  close(): Promise<void>;
}

/** Where an input's values stand, and as what. */
export interface StoredColumn {
  readonly file: string;
  readonly type: ElementType;
}

export interface DatasetOptions {
  /**
   * Refuse a sample that holds NaN: a score made from it would mean nothing. Off by default;
   * tree ensembles read NaN as "missing".
   */
  readonly refuseNaN?: boolean;
}
