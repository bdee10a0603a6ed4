import { profileOf } from '@selvedge/core/device';
import type { Workload } from '@selvedge/core/release';
import { formatBytes } from '@selvedge/core/units';
import { inferValues, type Model } from '@selvedge/onnx';
import { type TargetVerdict, verdictFor } from '../compat/index.ts';
import { storedPrecision } from './stored-precision.ts';

/**
 * A verdict for each target: what the operator list says, and `none` where the target has too little
 * memory. A processor that does not compute in the model's precision is told of, not held against
 * it: the list speaks of operators, and `build` makes the precisions.
 */
export function judgeTargets(
  model: Model,
  workload: Workload,
  targets: readonly string[],
): TargetVerdict[] {
  if (targets.length === 0) return [];
  const inference = inferValues(model);
  const precision = storedPrecision(model);
  return targets.map((target) => {
    const { verdict } = verdictFor(target, model, { inference });
    const tooLarge = overMemory(target, workload);
    if (tooLarge !== undefined)
      return { ...verdict, verdict: 'none', fallbackShare: 1, partitions: 0, reason: tooLarge };
    const other = otherPrecision(target, verdict.provider, precision);
    return other === undefined ? verdict : { ...verdict, reason: `${verdict.reason}; ${other}` };
  });
}

function overMemory(target: string, workload: Workload): string | undefined {
  const { memory } = profileOf(target);
  const needed = workload.peakMemoryBytes;
  return needed > memory.budgetBytes
    ? `needs ${formatBytes(needed)} of memory, the target has ${formatBytes(memory.budgetBytes)}`
    : undefined;
}

function otherPrecision(target: string, provider: string, precision: string): string | undefined {
  const unit = profileOf(target).units.find((one) => one.provider === provider);
  if (!unit || unit.precisions.includes(precision)) return undefined;
  return `its ${unit.kind} does not run ${precision}: build ${unit.precisions.join(' or ')}`;
}
