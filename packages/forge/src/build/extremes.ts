import type { Engine, Session } from '@selvedge/infer/engine';
import { exposeValues, float16Values, type Model, type Range } from '@selvedge/onnx';
import { observeValues, unlessHidden } from '../calibrate/index.ts';
import type { Dataset } from '../dataset/index.ts';

/**
 * The least and the most of each value that a conversion to half precision would hold in it, as the
 * unconverted model computes them; nothing where the engine does not show them.
 *
 * @throws SelvedgeError `bad-dataset`, `engine-failed`, `cancelled`
 */
export async function findExtremes(
  engine: Engine,
  model: Model,
  dataset: Dataset,
  options: {
    readonly load?: ((model: Model) => Promise<Session>) | undefined;
    readonly signal: AbortSignal | undefined;
  },
): Promise<ReadonlyMap<string, Range>> {
  const { load, signal } = options;
  const extremes = new Map<string, Range>();
  const names = float16Values(model);
  if (names.length === 0) return extremes;
  const observed = observeValues(
    engine,
    exposeValues(model, names),
    dataset,
    (values) => {
      for (const name of names) {
        const data = values[name]?.data;
        if (data instanceof Float32Array) extremes.set(name, widened(extremes.get(name), data));
      }
    },
    { ...(load && { load }), plain: model, signal },
  );
  return unlessHidden(
    observed.then(() => extremes),
    new Map(),
  );
}

function widened(range: Range | undefined, data: Float32Array): Range {
  let { min, max } = range ?? { min: 0, max: 0 };
  for (let at = 0; at < data.length; at++) {
    const value = data[at]!;
    if (value < min) min = value;
    else if (value > max) max = value;
  }
  return { min, max };
}
