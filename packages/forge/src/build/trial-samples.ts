import type { Tensors } from '@selvedge/infer/engine';
import { countModel, type Model } from '@selvedge/onnx';

/** On how many samples models are tried while a variant is being made. */
export interface TrialSamples {
  /** For telling layers apart. */
  readonly noise: number;
  /** For judging a whole mixture. */
  readonly judge: number;
}

/** Enough to tell layers apart: noise is a sum over all elements of all outputs. */
const noise = { least: 4, most: 32, macs: 10e9 };
/** A trial is repeated for every candidate; the finished variant meets the whole set. */
const judge = { least: 128, most: 2_000, macs: 200e9 };

/**
 * As many samples as a trial is worth: fewer where a run costs more. What it costs is counted, not
 * measured, so that the same inputs are built to the same bytes on every machine.
 *
 * @param inputs of one sample
 */
export function trialSamples(model: Model, inputs: Tensors): TrialSamples {
  const shapes = new Map(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  const { macs } = countModel(model, { shapes }).workload;
  const worth = ({ least, most, macs: budget }: typeof noise): number =>
    Math.max(least, Math.min(most, Math.floor(budget / Math.max(1, macs))));
  return { noise: worth(noise), judge: worth(judge) };
}
