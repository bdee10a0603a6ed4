import { providers, supportList } from '@selvedge/forge';
import { inferValues, judge, type Model, partition } from '@selvedge/onnx';
import type { Latency } from './latencies.ts';
import { quantisedForm } from './quantised-form.ts';

/** A published row with what is predicted of it: will ONNX Runtime leave layers to the CPU? */
export interface FallbackRow {
  readonly row: Latency;
  readonly predicted: boolean;
  readonly rule: 'no-float-npu' | 'operator-list' | 'none';
}

/** NPUs of the published devices that have no floating point: nothing was published as float for them. */
const withoutFloat = (rows: readonly Latency[]) => {
  const all = new Set(rows.map(({ device }) => device));
  for (const { device, precision } of rows) if (precision === 'float') all.delete(device);
  return all;
};

/**
 * Predicts for every row of ONNX Runtime whether layers are left to the CPU: an NPU without floating
 * point takes nothing of a model whose inputs and outputs are floats; else QNN's operator list is
 * asked, of the network as it is or with quantised weights.
 */
export function predictFallback(
  rows: readonly Latency[],
  networks: ReadonlyMap<string, { readonly build: () => Model }>,
): FallbackRow[] {
  const noFloat = withoutFloat(rows);
  const leaves = new Map<string, boolean>();
  const leavesNodes = (id: string, quantised: boolean): boolean => {
    const key = `${id}|${quantised}`;
    const known = leaves.get(key);
    if (known !== undefined) return known;
    const model = networks.get(id)!.build();
    const found = leavesAny(quantised ? quantisedForm(model) : model);
    leaves.set(key, found);
    return found;
  };
  return rows
    .filter(({ runtime, id }) => runtime === 'onnx' && networks.has(id))
    .map((row) => {
      const rule = noFloat.has(row.device)
        ? 'no-float-npu'
        : leavesNodes(row.id, row.precision !== 'float')
          ? 'operator-list'
          : 'none';
      return { row, rule, predicted: rule !== 'none' };
    });
}

function leavesAny(model: Model): boolean {
  const inference = inferValues(model);
  const entry = providers.qnn!;
  const verdicts = judge(model, inference, supportList(entry.list!)!);
  return partition(model, inference, verdicts, entry.policy).partitions.some(
    ({ on }) => on === 'cpu',
  );
}

/** Precision and recall of "will fall back". */
export function scores(rows: readonly FallbackRow[]) {
  const fell = ({ row }: FallbackRow) => row.layers.cpu > 0;
  const right = rows.filter((one) => one.predicted && fell(one)).length;
  return {
    rows: rows.length,
    fell: rows.filter(fell).length,
    precision: right / rows.filter(({ predicted }) => predicted).length,
    recall: right / rows.filter(fell).length,
  };
}
