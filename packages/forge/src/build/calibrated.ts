import { SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import type { Engine, Tensor, Tensors } from '@selvedge/infer/engine';
import {
  concat,
  exposeValues,
  type LayerMoments,
  type Model,
  MomentCollector,
  momentRequests,
  observableValues,
  prepareStatic,
  quantizeStatic,
  RangeCollector,
  writeModel,
} from '@selvedge/onnx';
import type { Dataset } from '../dataset/index.ts';
import { makeRunner } from '../measure/index.ts';
import type { Ranges } from './precision/index.ts';

/** What a model's activations look like on a calibration set. Measured once, when first asked for. */
export interface Calibrated {
  /** What each quantised activation spans. */
  ranges(): Promise<Ranges>;
  /** Second moments of what layers read. */
  moments(): Promise<LayerMoments>;
}

export interface CalibratedOptions {
  readonly engine: Engine;
  readonly model: Model;
  readonly dataset: Dataset;
  /** What will be asked for: all of it is measured in one go. */
  readonly wants: {
    readonly ranges: boolean;
    /** Ranges also of values that are quantised only where some nodes stay as they are. */
    readonly everyRange: boolean;
    readonly moments: boolean;
  };
  readonly onProgress: (done: number, total: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** @throws SelvedgeError (from what it gives) `bad-dataset`, `engine-failed`, `bad-model`, `cancelled` */
export function openCalibrated(options: CalibratedOptions): Calibrated {
  let measured: Promise<Collectors> | undefined;
  const measure = () => {
    measured ??= collect(options);
    return measured;
  };
  return {
    ranges: async () => (await measure()).ranges.ranges(),
    moments: async () => (await measure()).moments.moments(),
  };
}

interface Collectors {
  readonly ranges: RangeCollector;
  readonly moments: MomentCollector;
}

/** Runs every sample once, with the wanted values as further outputs, and keeps sums only. */
async function collect(options: CalibratedOptions): Promise<Collectors> {
  const { engine, model, dataset, wants, onProgress, signal } = options;
  const prepared = preparedOr(model);
  const requests = wants.moments ? momentRequests(model) : [];
  const ranges = new RangeCollector(
    wants.everyRange ? valuesAnyhow(model, prepared) : wants.ranges ? observableValues(model) : [],
  );
  const moments = new MomentCollector(requests);
  const wanted = [...ranges.names, ...requests.map(({ value }) => value)];
  const shown = exposeValues(prepared, wanted.filter(isValueOf(prepared)));
  const session = await engine.load({ model: concat(writeModel(shown)), name: 'calibration' });
  try {
    // One by one: what is calibrated is what one sample does.
    const run = makeRunner(session, dataset.sequence, true);
    onProgress(0, dataset.samples);
    for (let index = 0; index < dataset.samples; index += 1) {
      if (signal?.aborted) throw new SelvedgeError('cancelled', 'the build was cancelled');
      const inputs = await dataset.sample(index);
      try {
        const [outputs] = await run([inputs], index);
        observe({ ...inputs, ...outputs }, { ranges, moments });
      } catch (caught) {
        throw inSample(caught, index, dataset.path);
      }
      onProgress(index + 1, dataset.samples);
    }
  } finally {
    await session.close();
  }
  return { ranges, moments };
}

function observe(values: Tensors, { ranges, moments }: Collectors): void {
  for (const [name, tensor] of Object.entries(values)) {
    if (!isFloat32(tensor)) continue;
    ranges.observe(name, tensor.data);
    moments.add(name, tensor.data, tensor.shape);
  }
}

const isFloat32 = (tensor: Tensor): tensor is Tensor & { readonly data: Float32Array } =>
  tensor.type === 'float32';

/** The form whose values are quantised; where there is none, nothing will be. */
function preparedOr(model: Model): Model {
  const prepared = prepareStatic(model);
  return 'reason' in prepared ? model : prepared;
}

/**
 * What any choice of kept nodes may want the range of: all that the quantised nodes read and give.
 * Which nodes those are a pass over made-up ranges tells.
 */
function valuesAnyhow(model: Model, prepared: Model): string[] {
  const observable = observableValues(model);
  const madeUp = new Map(observable.map((name) => [name, { min: -1, max: 1 }]));
  const { changed } = quantizeStatic(model, madeUp).report;
  const quantised = new Set(changed.map(({ node }) => node));
  const nodes = prepared.graph.node.filter(({ name, output }) =>
    quantised.has(name || (output[0] ?? '')),
  );
  const values = nodes.flatMap(({ input, output }) => [input[0] ?? '', ...output]);
  return [...new Set([...observable, ...values.filter(isValueOf(prepared))])];
}

/** Inputs and initializers are known without a run. */
function isValueOf({ graph }: Model): (name: string) => boolean {
  const made = new Set(graph.node.flatMap(({ output }) => output));
  return (name) => made.has(name);
}

/** A sample that the model cannot run, or that makes it overflow, is the set's fault. */
function inSample(caught: unknown, index: number, path: string): SelvedgeError {
  const error = toSelvedgeError(caught);
  if (!['bad-input', 'engine-failed', 'usage'].includes(error.code)) return error;
  return new SelvedgeError('bad-dataset', `${path}: sample ${index}: ${error.message}`, {
    hint: 'calibration samples are what the model will really be given',
    details: { path, sample: index },
    cause: caught,
  });
}
