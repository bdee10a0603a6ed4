import { fail } from '@selvedge/core/errors';
import { opsetVersion } from '../../graph/walk.ts';
import { NamePool } from '../../pass/name-pool.ts';
import { type PassResult, Report, skipped } from '../../pass/report.ts';
import { settleWeights } from '../../pass/settle-weights.ts';
import { withoutTraces } from '../../pass/without-traces.ts';
import { edit, make } from '../../wire/message.ts';
import type { Model } from '../../wire/model.ts';
import type { Range } from '../calibrate/index.ts';
import { quantizeTables } from '../dynamic-tables.ts';
import { storePalettes } from '../stored-palettes.ts';
import { storeWeights } from '../stored-weights.ts';
import { groupRanges } from './group-ranges.ts';
import type { StaticOptions } from './options.ts';
import { planStatic } from './plan.ts';
import { prepareStatic } from './prepare.ts';
import { QdqGraph } from './qdq-graph.ts';
import { QdqStore } from './qdq-store.ts';

/**
 * Quantises a model to 8 bits with ranges that were calibrated: every quantised value passes
 * through QuantizeLinear and DequantizeLinear (the QDQ form), which runtimes and compilers of NPUs
 * fuse into integer operators. Weights are int8, symmetric, with a scale per output channel;
 * activations uint8 with a zero point, per tensor; biases int32 at the products' scale.
 *
 * Recurrent layers and embeddings give float32, and their weights are stored in 8 bits. What is inside If,
 * Loop and Scan and what is not float32 stays as it is and is in the report. A model below opset 13 is raised to it.
 *
 * @param ranges what each of {@link observableValues} spans.
 * @throws SelvedgeError `usage` where a range is missing, not finite or upside down; `bad-model`
 * where a tensor does not hold what its shape says.
 */
export function quantizeStatic(
  model: Model,
  ranges: ReadonlyMap<string, Range>,
  options: StaticOptions = {},
): PassResult {
  const prepared = prepareStatic(model);
  if ('reason' in prepared) return skipped(model, prepared.reason);
  const report = new Report();
  const plan = planStatic(prepared, options, report);
  const { activationBits: bits = 8 } = options;
  if (plan.nodes.size > 0) {
    for (const node of plan.nodes.keys()) report.change(node);
    checkRanges(ranges);
  }
  const isNative = bits === 8 || (opsetVersion(prepared) ?? 0) >= 21;
  const store = new QdqStore(new NamePool(prepared), bits);
  const shared = groupRanges(plan, ranges, bits);
  const domain = isNative ? '' : microsoft;
  const graph = new QdqGraph(plan, shared, store, { ...options, domain }).run();
  const placed = edit(prepared, { graph });
  const quantized = plan.nodes.size > 0 ? storeFurther(placed, options, report) : placed;
  return report.finish(
    model,
    withoutTraces(isNative ? quantized : withDomain(quantized)),
    'no layer to quantise',
    () => true,
  );
}

/** Weights that are no operand of an integer product take a quarter too. */
function storeFurther(model: Model, { keepNodes = [] }: StaticOptions, report: Report): Model {
  const settled = settleWeights(model, { mayGrow: false });
  const ops = ['LSTM', 'GRU', 'RNN'];
  const recurrent = storeWeights(settled, { keepNodes, ops }, report);
  return storePalettes(quantizeTables(recurrent, { minWeights: 1024, keepNodes }, report));
}

const microsoft = 'com.microsoft';

function withDomain(model: Model): Model {
  if (opsetVersion(model, microsoft) !== undefined) return model;
  const added = make('OperatorSetIdProto', { domain: microsoft, version: 1 });
  return edit(model, { opsetImport: [...model.opsetImport, added] });
}

function checkRanges(ranges: ReadonlyMap<string, Range>): void {
  for (const [name, { min, max }] of ranges) {
    if (Number.isFinite(min) && Number.isFinite(max) && min <= max) continue;
    fail('usage', `the range of ${name} is ${min} to ${max}`, {
      hint: 'expected two finite numbers, the smaller one first',
      details: { value: name },
    });
  }
}
