import { formatBytes } from '@selvedge/core/units';
import { type Engine, numberReader, type Tensor } from '@selvedge/infer/engine';
import { concat, inspectModel, type Model, referExternal, writeModel } from '@selvedge/onnx';
import { fixFor } from '../compat/index.ts';
import type { SourceFixes } from '../report/index.ts';
import { loadOrExplain } from './load-or-explain.ts';
import { findInputs } from './random-inputs.ts';
import type { LoadedModel } from './source-model.ts';

/**
 * A tier's model with what `--fix` changes so that its targets run more of it. The engine answers one
 * seeded input with both, one after the other; where the answers differ by more than rounding,
 * nothing is changed. Weights that are streamed stay where they are, and are not read.
 *
 * @throws SelvedgeError `engine-failed`, `not-found` for a target that the catalogue lacks
 */
export async function fixSource(
  source: LoadedModel,
  targets: readonly string[],
  engine: Engine,
): Promise<{ readonly source: LoadedModel; readonly fixed: SourceFixes }> {
  const leave = (why: string) => ({ source, fixed: { changed: [], warnings: [why] } });
  const { model, report } = fixFor(targets, source.model);
  const fixed = { changed: [...report.changed], warnings: [...report.warnings] };
  if (fixed.changed.length === 0) return { source, fixed };
  const changed = withModel(source, model);
  const added = changed.bytes.length - source.bytes.length;
  if (source.data && added > mostAdded) {
    return leave(
      `nothing is fixed: it would take ${formatBytes(added)} more beside weights that are streamed`,
    );
  }
  const apart = await whyApart(source, changed, engine);
  return apart === undefined ? { source: changed, fixed } : leave(`nothing is fixed: ${apart}`);
}

/** Constants that a change may bring into a model whose weights stand beside it. */
const mostAdded = 32 * 1024 * 1024;

const withModel = (source: LoadedModel, model: Model): LoadedModel => ({
  ...source,
  model,
  bytes: concat(writeModel(source.data ? referExternal(model) : model)),
  facts: inspectModel(model),
});

/** Why two models are not the same, as far as one input tells. One of them is loaded at a time. */
async function whyApart(
  before: LoadedModel,
  after: LoadedModel,
  engine: Engine,
): Promise<string | undefined> {
  const trial = await answerOnce(after, engine);
  const first = await loadOrExplain(engine, before, before.file);
  if ('refused' in first) return undefined;
  try {
    if ('refused' in trial) return trial.refused;
    const { outputs } = await first.run(trial.inputs);
    const other = Object.entries(trial.outputs).find(
      ([name, tensor]) => !outputs[name] || isApart(outputs[name], tensor),
    );
    return other && `output ${other[0]} would be another`;
  } finally {
    await first.close();
  }
}

async function answerOnce(model: LoadedModel, engine: Engine) {
  const session = await loadOrExplain(engine, model, model.file);
  if ('refused' in session) return session;
  try {
    return await findInputs(session, 1);
  } finally {
    await session.close();
  }
}

/** Sums of another order differ in the last bits, relative to the largest of what is summed. */
const rounding = 1e-4;

function isApart(a: Tensor, b: Tensor): boolean {
  if (a.type !== b.type || a.shape.join() !== b.shape.join()) return true;
  if (a.type === 'string') return a.data.join() !== b.data.join();
  const [x, y] = [numberReader(a), numberReader(b)];
  let [largest, furthest] = [0, 0];
  for (let at = 0; at < a.data.length; at++) {
    if (Number.isNaN(x(at)) !== Number.isNaN(y(at))) return true;
    if (!Number.isFinite(x(at))) continue;
    largest = Math.max(largest, Math.abs(x(at)));
    furthest = Math.max(furthest, Math.abs(x(at) - y(at)));
  }
  return !(furthest <= rounding * largest);
}
