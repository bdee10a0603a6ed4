import { fail } from '@selvedge/core/errors';
import type { Engine, Session } from '@selvedge/infer/engine';
import {
  exposeValues,
  type LayerMoments,
  type Model,
  MomentCollector,
  momentRequests,
  observableValues,
  prepareStatic,
  quantizeStatic,
  RangeCollector,
} from '@selvedge/onnx';
import {
  type Calibration,
  calibrate,
  defaultMethod,
  observeValues,
  unlessHidden,
} from '../calibrate/index.ts';
import type { Dataset } from '../dataset/index.ts';
import type { Ranges } from './precision/learned.ts';
import type { Count } from './progress.ts';

/** What a model's activations look like on a calibration set, each measured when first asked for. */
export interface Calibrated {
  /** For the model as a whole; or why it cannot be quantised. */
  calibration(): Promise<Calibration | { readonly skipped: string }>;
  /** Ranges also of values that are quantised only where some nodes stay as they are. */
  everyRange(): Promise<Ranges>;
  /** Second moments of what layers read. */
  moments(): Promise<LayerMoments>;
}

export interface CalibratedOptions {
  readonly engine: Engine;
  readonly model: Model;
  /** Loads what is run; by default as one file, which ends at 2 GiB. */
  readonly load?: ((model: Model) => Promise<Session>) | undefined;
  readonly dataset: Dataset;
  /** Does one observation, which holds a session of its own, when its turn has come. */
  readonly turn: <T>(work: () => Promise<T>) => Promise<T>;
  /** Begins to count what goes through the model. */
  readonly begin: (what: string) => Count;
  readonly signal: AbortSignal | undefined;
}

/** @throws SelvedgeError (from what it gives) `bad-dataset`, `engine-failed`, `bad-model`, `cancelled` */
export function openCalibrated(options: CalibratedOptions): Calibrated {
  const { turn } = options;
  const calibration = once(() =>
    turn(() =>
      calibrate(options.engine, options.model, options.dataset, {
        ...(options.load && { load: options.load }),
        onProgress: options.begin('activations'),
        signal: options.signal,
      }),
    ),
  );
  return {
    calibration,
    everyRange: once(async () => {
      const whole = await calibration();
      if ('skipped' in whole) return fail('internal', 'no ranges without a calibration');
      const further = await unlessHidden(
        turn(() => furtherRanges(options)),
        new Map(),
      );
      return new Map([...further, ...whole.ranges]);
    }),
    moments: once(() =>
      unlessHidden(
        turn(() => collectMoments(options)),
        noMoments,
      ),
    ),
  };
}

export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return () => {
    started ??= work();
    return started;
  };
}

/** Ranges of all that the quantised nodes read and give, which kept neighbours may make visible. */
async function furtherRanges({
  engine,
  model,
  load,
  dataset,
  signal,
}: CalibratedOptions): Promise<Ranges> {
  const prepared = prepareStatic(model);
  if ('reason' in prepared) return new Map();
  const wanted = valuesAnyhow(model, prepared);
  const collector = new RangeCollector(wanted);
  const shown = exposeValues(prepared, wanted);
  await observeValues(
    engine,
    shown,
    dataset,
    (values) => {
      for (const name of wanted) {
        const data = values[name]?.data;
        if (data instanceof Float32Array) collector.observe(name, data);
      }
    },
    { ...(load && { load }), plain: prepared, signal },
  );
  return collector.ranges({ method: defaultMethod });
}

/** Which nodes are quantised a pass over made-up ranges tells. */
function valuesAnyhow(model: Model, prepared: Model): string[] {
  const madeUp = new Map(observableValues(model).map((name) => [name, { min: -1, max: 1 }]));
  const { changed } = quantizeStatic(model, madeUp).report;
  const quantised = new Set(changed.map(({ node }) => node));
  const nodes = prepared.graph.node.filter(({ name, output }) =>
    quantised.has(name || (output[0] ?? '')),
  );
  const made = new Set(prepared.graph.node.flatMap(({ output }) => output));
  const values = nodes.flatMap(({ input, output }) => [input[0] ?? '', ...output]);
  return [...new Set(values)].filter((name) => name !== '' && made.has(name));
}

const noMoments = new MomentCollector([]).moments();

/** Rows of a layer's input that make its moments: four for each of the most inputs of a square. */
const momentRows = 4096;

/**
 * Inputs whose errors make up for each other in 4 bits. Squares of 1024 take a build of resnet18 six
 * times as long and win it half a dB; where samples are few they learn what is only theirs (magika
 * from 24: 36 dB, 43 with squares of 256).
 */
const momentSquare = 256;

/** What the moments of a model that memory may not hold take of it, here and again where it is rounded. */
const streamedBytes = 24 * 1024 * 1024;

async function collectMoments(options: CalibratedOptions): Promise<LayerMoments> {
  const { engine, model, load, dataset, begin, signal } = options;
  const requests = momentRequests(model);
  const rowsPerTensor = Math.max(1, Math.ceil(momentRows / dataset.samples));
  const collector = new MomentCollector(requests, {
    rowsPerTensor,
    blockSize: momentSquare,
    ...(load && { maxBytes: streamedBytes }),
    // The pass that reads them runs in a thread.
    allocate: (length) => new Float64Array(new SharedArrayBuffer(8 * length)),
  });
  if (requests.length === 0) return collector.moments();
  const values = new Set(requests.map(({ value }) => value));
  const made = new Set(model.graph.node.flatMap(({ output }) => output));
  const shown = exposeValues(
    model,
    [...values].filter((name) => made.has(name)),
  );
  await observeValues(
    engine,
    shown,
    dataset,
    (seen) => {
      for (const name of values) {
        const tensor = seen[name];
        if (tensor?.data instanceof Float32Array) collector.add(name, tensor.data, tensor.shape);
      }
    },
    { ...(load && { load }), plain: model, onProgress: begin('what layers read'), signal },
  );
  return collector.moments();
}
