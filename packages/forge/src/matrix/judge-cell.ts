import { formatBytes } from '@selvedge/core/units';
import { type Finding, fixHelps, isNotLoaded } from '../compat/index.ts';
import { formatMs, formatShare } from '../report/format.ts';
import type { Assessment } from './assess.ts';
import type { Limits } from './limits.ts';
import type { MatrixCell, MatrixFinding, MatrixVariant } from './matrix-document.ts';
import { worstFirst } from './worst-first.ts';

/**
 * A variant on a target, held against everything that was asked. It fails where one thing is
 * broken, is unproven where one that was asked for cannot be told, and passes where all hold.
 *
 * @param memoryBytes upper bound of what one run needs
 */
export function judgeCell(
  variant: MatrixVariant,
  target: string,
  assessment: Assessment,
  limits: Limits,
  memoryBytes: number,
): MatrixCell {
  const { verdict, runsPrecision, estimate, profile } = assessment;
  const { fallbackShare } = verdict;
  const { budgetBytes } = profile.memory;
  const findings = worstFirst([
    ...qualityFindings(variant, limits),
    ...sizeFindings(variant, limits, profile.storageBytes),
    ...memoryFindings(memoryBytes, budgetBytes, limits),
    ...precisionFindings(assessment, variant.precision, limits),
    ...runFindings(assessment),
    ...fallbackFindings(assessment, limits),
    ...latencyFindings(assessment, limits),
  ]);
  return {
    variant: variant.id,
    target,
    required: limits.targets.includes(target),
    status: statusOf(findings, variant),
    provider: verdict.provider,
    version: verdict.version,
    verdict: verdict.verdict,
    inPrecision: runsPrecision,
    fallbackShare,
    partitions: verdict.partitions,
    estimate,
    memory: { bytes: memoryBytes, budgetBytes, fits: memoryBytes <= budgetBytes },
    findings,
  };
}

/** A variant that was not made has a cell too, and it says why. */
export const skippedCell = (
  variant: MatrixVariant,
  target: string,
  { targets }: Limits,
): MatrixCell => ({
  variant: variant.id,
  target,
  required: targets.includes(target),
  status: 'skipped',
  provider: '',
  version: '',
  verdict: 'unknown',
  inPrecision: true,
  fallbackShare: null,
  partitions: null,
  estimate: null,
  memory: null,
  findings: [{ rule: 'not-built', effect: 'fails', message: variant.reason }],
});

function statusOf(
  findings: readonly MatrixFinding[],
  { status }: MatrixVariant,
): MatrixCell['status'] {
  if (findings.some(({ effect }) => effect === 'fails')) return 'fail';
  if (findings.some(({ effect }) => effect === 'unproven')) return 'unproven';
  return status === 'unproven' ? 'unproven' : 'pass';
}

function qualityFindings({ status, reason }: MatrixVariant, limits: Limits): MatrixFinding[] {
  if (status === 'pass') return [];
  const isStated = limits.bar.min !== undefined || limits.bar.maxDrop !== undefined;
  const effect = status === 'fail' ? 'fails' : isStated ? 'unproven' : 'note';
  return [{ rule: 'quality', effect, message: reason }];
}

function sizeFindings(
  { bytes }: MatrixVariant,
  { budget }: Limits,
  storageBytes: number | undefined,
): MatrixFinding[] {
  if (bytes === null) return [];
  const over = (limit: number | undefined, of: string): MatrixFinding[] =>
    limit !== undefined && bytes > limit
      ? [{ rule: 'size', effect: 'fails', message: exceeds(bytes, limit, '', of) }]
      : [];
  return [...over(budget.maxBytes, 'the budget'), ...over(storageBytes, 'the target')];
}

function memoryFindings(bytes: number, budgetBytes: number, { budget }: Limits): MatrixFinding[] {
  const over = (limit: number | undefined, of: string): MatrixFinding[] =>
    limit !== undefined && bytes > limit
      ? [{ rule: 'memory', effect: 'fails', message: exceeds(bytes, limit, ' of memory', of) }]
      : [];
  return [...over(budget.maxMemoryBytes, 'the budget'), ...over(budgetBytes, 'the target')];
}

/** To the byte where both would read the same. */
function exceeds(bytes: number, limit: number, what: string, of: string): string {
  const [a, b] = [formatBytes(bytes), formatBytes(limit)];
  return a === b
    ? `needs ${bytes} bytes${what}, ${of} has ${limit}`
    : `needs ${a}${what}, ${of} has ${b}`;
}

/**
 * Some runtimes convert what their accelerator does not compute in (fp32 to fp16), others leave it
 * to the CPU: no list says which, so that a bar on what falls back is not proven by it.
 */
function precisionFindings(
  { runsPrecision, precisions, verdict, estimate }: Assessment,
  precision: string,
  { budget }: Limits,
): MatrixFinding[] {
  if (runsPrecision) return [];
  const hint = precisions.length > 0 ? `build ${precisions.join(' or ')}` : undefined;
  const told = hint !== undefined && { hint };
  if (estimate === null) {
    const message = `none of its processors computes in ${precision}`;
    return [{ rule: 'cannot-run', effect: 'fails', message, ...told }];
  }
  // Where nothing of it runs there, the fallback itself is told.
  const isOpen = budget.maxFallback !== undefined && verdict.verdict !== 'none';
  const effect = isOpen ? 'unproven' : 'note';
  const message = `its ${verdict.unit} does not compute in ${precision}: unless its runtime converts it, the CPU runs it`;
  return [{ rule: 'precision', effect, message, ...told }];
}

function runFindings({ verdict }: Assessment): MatrixFinding[] {
  if (verdict.verdict === 'unknown') {
    return [{ rule: 'unknown', effect: 'note', message: verdict.reason }];
  }
  if (!isNotLoaded(verdict)) return [];
  const { unit, reason: message, unsupported } = verdict;
  const tooNew = unsupported.find(({ rule }) => rule === 'opset');
  return [
    {
      rule: 'cannot-run',
      effect: 'fails',
      message,
      ...(tooNew?.hint && { hint: tooNew.hint }),
    },
    // What an accelerator lacks might fall back, if the model could be loaded.
    ...(tooNew || unit !== 'cpu' ? [] : operators(unsupported, 'cannot-run')),
  ];
}

/** Exporters join the names of what they fused: both ends tell most. */
const shorten = (name: string): string =>
  name.length <= 60 ? name : `${name.slice(0, 28)}…${name.slice(-28)}`;

/** Operators alike are one finding: a network leaves the same one a hundred times. */
function operators(found: readonly Finding[], rule: 'fallback' | 'cannot-run'): MatrixFinding[] {
  const kinds = Map.groupBy(found, ({ op, reason }) => `${op}\n${reason}`);
  return [...kinds.values()].map((alike) => {
    const { op, node, reason, hint } = alike[0]!;
    const name = shorten(node);
    const which = alike.length === 1 ? `${op} ${name}` : `${alike.length} ${op}, such as ${name}`;
    return {
      rule,
      effect: 'note',
      nodes: alike.map((one) => one.node),
      message: `${which}: ${reason}`,
      ...(hint && { hint }),
    };
  });
}

function fallbackFindings(
  { verdict, runsPrecision }: Assessment,
  { budget }: Limits,
): MatrixFinding[] {
  const { fallbackShare: share } = verdict;
  const { maxFallback } = budget;
  if (verdict.unit === 'cpu' || isNotLoaded(verdict)) return [];
  if (share === null) {
    if (maxFallback === undefined) return [];
    const message = `what falls back is not known, at most ${formatShare(maxFallback)} may: ${verdict.reason}`;
    return [{ rule: 'fallback', effect: 'unproven', message }];
  }
  if (share === 0 && verdict.verdict === 'full') return [];
  const isOver = maxFallback !== undefined && share > maxFallback;
  const limit = maxFallback === undefined ? '' : `, at most ${formatShare(maxFallback)} may`;
  const ran = verdict.partitions
    ? `; the ${verdict.unit} runs the rest in groups: ${verdict.partitions}`
    : '';
  const what = `${formatShare(share)} of all multiply-accumulates`;
  return [
    {
      rule: 'fallback',
      effect: isOver ? 'fails' : 'note',
      message: `${what} fall back to the CPU${limit}${ran}`,
      ...(runsPrecision &&
        fixHelps(verdict) && {
          hint: `selvedge build --fix --target ${verdict.target} changes what stands in the way, where the answers stay the same`,
        }),
    },
    ...operators(verdict.unsupported, 'fallback'),
  ];
}

function latencyFindings({ estimate }: Assessment, { budget }: Limits): MatrixFinding[] {
  const { maxLatencyMs } = budget;
  if (maxLatencyMs === undefined) return [];
  const limit = `at most ${formatMs(maxLatencyMs)}`;
  if (!estimate) {
    const message = `how long it takes is not known, ${limit}`;
    return [{ rule: 'latency', effect: 'unproven', message }];
  }
  const { p50Ms, lowMs, highMs } = estimate;
  const between = `${formatMs(lowMs)} to ${formatMs(highMs)}`;
  if (p50Ms > maxLatencyMs) {
    const message = `takes ${formatMs(p50Ms)} (90%: ${between}), ${limit}`;
    return [{ rule: 'latency', effect: 'fails', message }];
  }
  if (highMs <= maxLatencyMs) return [];
  const message = `takes ${formatMs(p50Ms)}, ${limit}, but the 90% interval reaches ${formatMs(highMs)}`;
  return [{ rule: 'latency', effect: 'note', message }];
}
