import type { Condition, SupportList, SupportRule } from '@selvedge/onnx';
import type { Functions } from '../parsers/function-definitions.ts';
import type { Source } from '../read-source.ts';
import type { Schemas } from '../schemas.ts';

/** What every list is made with. */
export interface Material {
  readonly sources: readonly Source[];
  readonly schemasOf: (domain: string) => Schemas | undefined;
  /** Operators that ONNX defines by other operators. */
  readonly functions: Functions;
}

/** A list but for where it comes from. */
export type Made = Omit<SupportList, 'sources' | 'imported'>;

/** A rule with further conditions. */
export function withConditions(rule: SupportRule, where: readonly Condition[]): SupportRule {
  return where.length === 0 ? rule : { ...rule, where: [...(rule.where ?? []), ...where] };
}
