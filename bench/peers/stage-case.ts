import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileNameOf, writeDataset } from '@selvedge/forge/dataset';
import { inspectModel, readModel } from '@selvedge/onnx';
import type { Case } from './case.ts';
import type { ConversionJob } from './conversion.ts';

/** What of a job is the same for every conversion of a case. */
export type StagedCase = Pick<ConversionJob, 'model' | 'calibration' | 'inputs' | 'shapes'>;

/** Writes a case's model and calibration samples where both quantisers read them. */
export async function stageCase(entry: Case, directory: string): Promise<StagedCase> {
  await mkdir(directory, { recursive: true });
  const model = join(directory, `${entry.name}.onnx`);
  const bytes = entry.model();
  await writeFile(model, bytes);
  const calibration = join(directory, 'calibration');
  const samples = await entry.calibration();
  await writeDataset(calibration, { inputs: samples });
  const inputs: Record<string, string> = {};
  const shapes: Record<string, readonly number[]> = {};
  for (const { name, shape } of inspectModel(readModel(bytes)).inputs) {
    const tensor = samples[name]!;
    inputs[name] = join(calibration, `${fileNameOf(name)}.npy`);
    shapes[name] = sampleShape(shape, tensor.shape, tensor.data.length / tensor.shape[0]!);
  }
  return { model, calibration, inputs, shapes };
}

/** One sample in the model's shape: a free first dimension is 1, others are as the samples have them. */
function sampleShape(
  wanted: readonly (number | string | null)[],
  given: readonly number[],
  elements: number,
): readonly number[] {
  const rest = given.slice(1);
  const own = rest.length === wanted.length ? rest : [1, ...rest];
  const shape = wanted.map((size, at) => (typeof size === 'number' ? size : (own[at] ?? 1)));
  const count = shape.reduce((product, size) => product * size, 1);
  if (count !== elements) throw new Error(`samples of [${given}] do not fit [${wanted}]`);
  return shape;
}
