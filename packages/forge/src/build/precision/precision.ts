import type { Compression } from '@selvedge/core/blueprint';
import type { Model } from '@selvedge/onnx';
import type { Calibrated } from '../calibrated.ts';
import type { Bar } from '../gate.ts';
import type { ModelFile } from '../model-file.ts';
import type { LoadedModel } from '../source-model.ts';
import type { Trials } from '../trials.ts';
import type { Converted } from './converted.ts';
import type { Ranges } from './learned.ts';
import type { PassRequest } from './passes.ts';

/** What a precision is made from. Everything that runs a model is shared by the tier's precisions. */
export interface PrecisionJob {
  readonly source: LoadedModel;
  /** What activations look like; absent without a calibration set. */
  readonly calibrated: Calibrated | undefined;
  /** The same of a model that the source was made into. `of` says which. */
  readonly dataOf: (model: Model, of?: string) => Pick<PrecisionJob, 'calibrated' | 'extremes'>;
  /** The least and the most of values in half precision, on whatever samples there are; absent without any. */
  readonly extremes: (() => Promise<Ranges>) | undefined;
  /** Absent without a calibration set. */
  readonly trials: Trials | undefined;
  /** What the tier's variants have to hold. */
  readonly bar: Bar;
  /** Precisions that are made in the same build. */
  readonly others: readonly string[];
  /** Called as what takes long gets on. */
  readonly progress: (done: number, total: number) => void;
  /**
   * Runs a pass, on another thread where that is worth it.
   * @param file the model it takes; absent: the source
   */
  convert(request: PassRequest, file?: ModelFile): Promise<Converted>;
}

/** Share of an output's largest magnitude that an element may be off, and of the element itself. */
export interface Margin {
  readonly absolute: number;
  readonly relative: number;
}

/** A precision that the forge can be asked for: how it is made, and how its answers are compared. */
export interface Precision {
  readonly id: string;
  /** What was done to the weights before. */
  readonly compression?: Compression;
  /**
   * Answers depend on what else is in a batch, as where a range is taken over the whole tensor:
   * samples are measured one at a time, as they are used.
   */
  readonly coupled: boolean;
  /** Tolerance of its golden outputs on another machine. */
  readonly margin: Margin;
  /** What it is made from besides the model; the evaluation set's samples, and how they are scored. */
  readonly reads: readonly ('calibration' | 'evaluation' | 'metric' | 'bar' | 'others')[];
  /** @throws SelvedgeError `engine-failed`, `cancelled`, `bad-dataset` */
  make(job: PrecisionJob): Promise<Converted>;
}
