import type { Condition, SupportRule } from '@selvedge/onnx';

/** What was measured of an operator where the published list says something else, or nothing. */
export interface Correction {
  readonly op: string;
  /** The run that shows it: a case of tests/placement, with what it ran on. */
  readonly evidence: string;
  /** A further way in which the operator runs. */
  readonly add?: Pick<SupportRule, 'since' | 'until' | 'inputs' | 'outputs' | 'where'>;
  /** Conditions besides those of the list. */
  readonly where?: readonly Condition[];
  /** Conditions instead of those of the list. */
  readonly instead?: readonly Condition[];
  readonly inputs?: SupportRule['inputs'];
  readonly outputs?: SupportRule['outputs'];
  /** Of the first rule: it holds from this operator set on. */
  readonly since?: number;
  /** Of the last rule: it holds up to this operator set. */
  readonly until?: number;
}

/** A list's rules with what was measured; a rule that it changed says so in `evidence`. */
export function correct(
  rules: readonly SupportRule[],
  corrections: readonly Correction[],
): SupportRule[] {
  let result = [...rules];
  for (const correction of corrections) {
    const { op, evidence, add } = correction;
    if (add) result.push({ id: `${op}@measured`, op, ...add, evidence });
    else {
      if (!result.some((rule) => rule.op === op)) throw new Error(`no rule of ${op} to correct`);
      result = result.map((rule) => (rule.op === op ? changed(rule, correction) : rule));
    }
  }
  return result;
}

function changed(rule: SupportRule, correction: Correction): SupportRule {
  const { evidence, where, instead, inputs, outputs, since, until } = correction;
  const conditions = instead ?? [...(rule.where ?? []), ...(where ?? [])];
  const { where: _, ...rest } = rule;
  return {
    ...rest,
    ...(since !== undefined && (rule.since ?? 1) > since && { since }),
    ...(until !== undefined && (rule.until ?? 99) > until && { until }),
    ...(inputs && { inputs }),
    ...(outputs && { outputs }),
    ...(conditions.length > 0 && { where: conditions }),
    evidence: rule.evidence ? `${rule.evidence}; ${evidence}` : evidence,
  };
}
