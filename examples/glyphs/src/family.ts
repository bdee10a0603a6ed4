import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDataset } from '@selvedge/forge/dataset';
import { sizes } from './architecture.ts';
import { modelOf } from './model.ts';
import { drawSamples, evaluationCount, evaluationSeed, type Samples, side } from './samples.ts';
import { readWeights } from './weights.ts';

/**
 * Writes the sample family into a directory: the three ONNX files, the evaluation set in `eval/`,
 * other samples to calibrate on in `calibration/`, a few to send in `request/`, the blueprint and
 * the policy.
 * @returns the blueprint's path.
 */
export async function makeSampleFamily(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  for (const size of sizes) {
    await writeFile(join(directory, `${size}.onnx`), modelOf(size, await readWeights(size)));
  }
  await writeDataset(
    join(directory, 'eval'),
    datasetOf(drawSamples(evaluationSeed, evaluationCount)),
  );
  const calibration = drawSamples(evaluationSeed + 2, 100);
  await writeDataset(join(directory, 'calibration'), datasetOf(calibration));
  await writeDataset(join(directory, 'request'), datasetOf(drawSamples(evaluationSeed + 1, 8)));
  for (const file of ['selvedge.yaml', 'policy.yaml']) {
    await copyFile(new URL(`../${file}`, import.meta.url), join(directory, file));
  }
  return join(directory, 'selvedge.yaml');
}

/** Changes when anything that the family is made from changes: weights, drawing, documents. */
export async function familyFingerprint(): Promise<string> {
  const hash = createHash('sha256');
  const weights = sizes.map((size) => `weights/${size}.bin`);
  for (const file of [...weights, 'weights/evaluation.sha256', 'selvedge.yaml', 'policy.yaml']) {
    hash.update(await readFile(new URL(`../${file}`, import.meta.url)));
  }
  return hash.digest('hex');
}

/** SHA-256 over images and labels: what `weights/evaluation.sha256` holds for the evaluation set. */
export function digestOf(samples: Samples): string {
  return createHash('sha256').update(samples.images).update(samples.labels).digest('hex');
}

function datasetOf({ images, labels, count }: Samples) {
  return {
    inputs: { image: { type: 'uint8' as const, shape: [count, 1, side, side], data: images } },
    labels,
  };
}
