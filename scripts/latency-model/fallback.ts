import type { Workload } from '@selvedge/core/release';
import { providers, supportList } from '@selvedge/forge';
import { inferValues, judge, type Model, partition } from '@selvedge/onnx';
import type { Latency } from './latencies.ts';

/** A published row with what is predicted of it: will ONNX Runtime leave layers to the CPU? */
export interface FallbackRow {
  readonly row: Latency;
  readonly predicted: boolean;
  readonly rule: 'no-float-npu' | 'quantised-linear' | 'operator-list' | 'none';
}

/** NPUs of the published devices that have no floating point: nothing was published as float for them. */
const withoutFloat = (rows: readonly Latency[]) => {
  const all = new Set(rows.map(({ device }) => device));
  for (const { device, precision } of rows) if (precision === 'float') all.delete(device);
  return all;
};

/**
 * Predicts for every row of ONNX Runtime whether layers are left to the CPU. Three rules: an NPU
 * without floating point takes nothing of a model whose inputs and outputs are floats; a fully
 * connected layer on tensors of three or more dimensions is not taken in quantised form; else the
 * operator list of QNN decides.
 */
export function predictFallback(
  rows: readonly Latency[],
  networks: ReadonlyMap<string, { readonly build: () => Model; readonly workload: Workload }>,
): FallbackRow[] {
  const noFloat = withoutFloat(rows);
  const listed = new Map<string, boolean>();
  const leavesNodes = (id: string): boolean => {
    const known = listed.get(id);
    if (known !== undefined) return known;
    const model = networks.get(id)!.build();
    const inference = inferValues(model);
    const entry = providers.qnn!;
    const verdicts = judge(model, inference, supportList(entry.list!)!);
    const { partitions } = partition(model, inference, verdicts, entry.policy);
    const leaves = partitions.some(({ on }) => on === 'cpu');
    listed.set(id, leaves);
    return leaves;
  };
  return rows
    .filter(({ runtime, id }) => runtime === 'onnx' && networks.has(id))
    .map((row) => {
      const quantised = row.precision !== 'float';
      const linear = (networks.get(row.id)!.workload.kernels?.linear?.nodes ?? 0) > 0;
      const rule = noFloat.has(row.device)
        ? 'no-float-npu'
        : quantised && linear
          ? 'quantised-linear'
          : leavesNodes(row.id)
            ? 'operator-list'
            : 'none';
      return { row, rule, predicted: rule !== 'none' };
    });
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
