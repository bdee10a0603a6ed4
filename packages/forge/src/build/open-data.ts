import type { Engine, Session } from '@selvedge/infer/engine';
import type { Model } from '@selvedge/onnx';
import { type Dataset, subset } from '../dataset/index.ts';
import { once, openCalibrated } from './calibrated.ts';
import { findExtremes } from './extremes.ts';
import { engineModel, openModelFile, writeModelFile } from './model-file.ts';
import type { PrecisionJob } from './precision/index.ts';
import type { Count } from './progress.ts';
import type { LoadedModel } from './source-model.ts';
import type { Staging } from './staging.ts';
import { trialSamples } from './trial-samples.ts';
import { openTrials, type Trials } from './trials.ts';

export interface DataOptions {
  readonly source: LoadedModel;
  readonly reference: Session;
  readonly evaluation: Dataset | undefined;
  readonly calibration: Dataset | undefined;
  /** Of the evaluation set. */
  readonly metric: string | undefined;
  readonly engine: Engine;
  readonly staging: Staging;
  /** Begins to count samples that are observed. */
  readonly begin: (what: string) => Count;
  readonly signal: AbortSignal | undefined;
}

/** Without a calibration set a few of the evaluation set show whether half precision overflows. */
const mostForExtremes = 64;

/** What precisions learn from data: nothing where there is none. */
export async function openData(
  options: DataOptions,
): Promise<Pick<PrecisionJob, 'calibrated' | 'extremes' | 'dataOf' | 'trials'>> {
  const { source, evaluation, calibration, engine, begin, signal } = options;
  const samples = calibration ?? (evaluation && subset(evaluation, mostForExtremes));
  const load = source.data && loadBeside(engine, options.staging);
  const turn = source.data ? oneByOne() : atOnce;
  const dataOf: PrecisionJob['dataOf'] = (model, of) => ({
    calibrated:
      calibration &&
      openCalibrated({
        ...{ engine, model, load, dataset: calibration, turn, signal },
        begin: (what) => begin(of === undefined ? what : `${what}, ${of}`),
      }),
    extremes:
      samples && once(() => turn(() => findExtremes(engine, model, samples, { load, signal }))),
  });
  // What preparing makes of large weights is put away where they are converted.
  const model = source.data
    ? openModelFile(source, source.file, options.staging.workspace())
    : source.model;
  return {
    ...dataOf(model),
    dataOf,
    trials: calibration && (await trialsOf(options, calibration)),
  };
}

async function trialsOf(options: DataOptions, calibration: Dataset): Promise<Trials> {
  const { source, reference, evaluation, engine, signal } = options;
  const inputs = { ...(await calibration.sample(0)), ...calibration.sequence?.initial };
  const samples = trialSamples(source.model, inputs);
  const metric = evaluation && options.metric;
  return openTrials({ engine, reference, calibration, evaluation, metric, samples, signal });
}

type Turn = <T>(work: () => Promise<T>) => Promise<T>;

const atOnce: Turn = (work) => work();

/** Each observation of a streamed model is a session as large as the model: one is held at a time. */
function oneByOne(): Turn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
}

/** Weights that are streamed stay beside what an engine is given. */
const loadBeside = (engine: Engine, staging: Staging) => (model: Model) =>
  engine.load(engineModel(writeModelFile(model, staging.workspace()), 'the model'));
