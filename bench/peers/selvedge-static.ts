import { createOrtEngine } from '@selvedge/engines/ort-node';
import { type CalibrateOptions, calibrate } from '@selvedge/forge/calibrate';
import { readDataset } from '@selvedge/forge/dataset';
import { inspectModel, type Model, type PassResult, quantizeStatic } from '@selvedge/onnx';
import type { ConversionJob } from './conversion.ts';

/** Static int8 with ranges from the job's calibration set. */
export async function convertStatic(model: Model, job: ConversionJob): Promise<PassResult> {
  const engine = createOrtEngine({ isolation: 'none' });
  const dataset = await readDataset(job.calibration, inspectModel(model).inputs);
  try {
    const options: CalibrateOptions = job.method ? { method: job.method } : {};
    const learned = await calibrate(engine, model, dataset, options);
    if ('skipped' in learned)
      return { model, report: { changed: [], left: [], warnings: [], ...learned } };
    const { ranges, means, moments } = learned;
    return quantizeStatic(model, ranges, { means, moments });
  } finally {
    await dataset.close();
    await engine.close();
  }
}
