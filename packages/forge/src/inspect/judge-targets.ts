import { profileOf } from '@selvedge/core/device';
import type { Workload } from '@selvedge/core/release';
import { formatBytes } from '@selvedge/core/units';
import { inferValues, type Model } from '@selvedge/onnx';
import { type TargetVerdict, verdictFor } from '../compat/index.ts';
import { storedPrecision } from './stored-precision.ts';

/**
 * A verdict for each target: what the operator list says, and `none` where the catalogue alone
 * rules the model out (memory, a precision that the processor does not compute in).
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
    const cannot = ruledOut(target, verdict.provider, precision, workload);
    return cannot === undefined
      ? verdict
      : { ...verdict, verdict: 'none', fallbackShare: 1, partitions: 0, reason: cannot };
  });
}

function ruledOut(
  target: string,
  provider: string,
  precision: string,
  workload: Workload,
): string | undefined {
  const { units, memory } = profileOf(target);
  const needed = workload.peakMemoryBytes;
  if (needed > memory.budgetBytes) {
    return `needs ${formatBytes(needed)} of memory, the target has ${formatBytes(memory.budgetBytes)}`;
  }
  const unit = units.find((one) => one.provider === provider);
  if (!unit || unit.precisions.includes(precision)) return undefined;
  return `its ${unit.kind} does not run ${precision}: build ${unit.precisions.join(' or ')}`;
}
