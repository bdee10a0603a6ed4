import type { Engine, Session } from '@selvedge/infer/engine';
import { type Dataset, subset } from '../dataset/index.ts';
import { evaluate, type Summary } from '../measure/index.ts';
import { loadOrExplain } from './load-or-explain.ts';
import type { ModelFile } from './model-file.ts';
import type { TrialSamples } from './trial-samples.ts';

/** Measures models while a variant is being made. Those of one call run beside each other. */
export interface Trials {
  /**
   * The share of the output's power that is noise beside the unconverted model's answers, on a few
   * samples; or why a model gave no answer.
   */
  noise(models: readonly ModelFile[]): Promise<(number | string)[]>;
  /** The metric of the build, as the variant will be judged by it; or why there is no answer. */
  judge(models: readonly ModelFile[]): Promise<Judged>;
  /** What was measured on, for the report. */
  readonly noiseSamples: number;
  readonly judgedOn: 'evaluation' | 'calibration';
  readonly judgeSamples: number;
}

export interface Judged {
  readonly metric: string;
  /** By model. */
  readonly found: readonly (Summary | string)[];
}

export interface TrialOptions {
  readonly engine: Engine;
  readonly reference: Session;
  /** What noise is measured on. */
  readonly calibration: Dataset;
  /** What a variant is judged on; absent: the calibration set. */
  readonly evaluation: Dataset | undefined;
  readonly metric: string | undefined;
  /** How many of each at most. */
  readonly samples: TrialSamples;
  readonly signal: AbortSignal | undefined;
}

export function openTrials(options: TrialOptions): Trials {
  const { engine, reference, calibration, evaluation, metric, samples, signal } = options;
  const quick = subset(calibration, samples.noise);
  const judged = subset(evaluation ?? calibration, samples.judge);
  const measure = async (
    models: readonly ModelFile[],
    dataset: Dataset,
    by: string | undefined,
  ) => {
    const loaded = await Promise.all(
      models.map((file, at) => loadOrExplain(engine, file, `trial ${at + 1}`)),
    );
    const contestants = loaded.flatMap((session, at) =>
      'refused' in session ? [] : [{ id: String(at), session, coupled: false }],
    );
    try {
      const {
        summaries,
        failed,
        metric: name,
      } = await evaluate({
        reference,
        contestants,
        dataset,
        metric: by,
        signal,
      });
      const found = loaded.map(
        (session, at): Summary | string =>
          summaries.get(String(at)) ??
          failed.get(String(at)) ??
          ('refused' in session ? session.refused : 'it was not measured'),
      );
      return { metric: name, found };
    } finally {
      for (const { session } of contestants) await session.close();
    }
  };
  return {
    noise: async (models) =>
      (await measure(models, withoutExpected(quick), 'snr')).found.map((found) =>
        typeof found === 'string' ? found : (found.drop ?? 0),
      ),
    judge: (models) => measure(models, judged, metric),
    noiseSamples: quick.samples,
    judgedOn: evaluation ? 'evaluation' : 'calibration',
    judgeSamples: judged.samples,
  };
}

/** Noise is what the unconverted model did not answer, whatever a data set says of right answers. */
const withoutExpected = (dataset: Dataset): Dataset => ({
  ...dataset,
  expectedOutputs: [],
  expected: async () => ({}),
});
