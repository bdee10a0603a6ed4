import { fail } from '../errors/index.ts';
import type { Tier } from '../schema/index.ts';
import type { CompiledPolicy } from './policy.ts';

/** How far each tier is from the user: data may travel up to a rank, never beyond. */
export const tierRank: Readonly<Record<Tier, number>> = { device: 0, edge: 1, cloud: 2 };

/** The rule under which a label that the policy does not know keeps data on the device. */
export const unknownLabelRule = 'privacy-unknown-label';
/** The rule for requests that carry no label. */
export const unlabelledRule = 'privacy-unlabelled';

/** How far a request's data may go, and which rule says so. */
export interface Reach {
  readonly rank: number;
  readonly rule: string;
}

/**
 * Compiles the label table to a function from a request's labels to the strictest reach among
 * them. Fails closed: a label that the table does not hold is as strict as can be.
 * Of two labels equally strict the first of the request names the rule.
 */
export function compilePrivacy(
  policy: Pick<CompiledPolicy, 'labels' | 'unlabelled'>,
  name: string,
) {
  const table = new Map<string, Reach>();
  for (const [label, tier] of Object.entries(policy.labels)) {
    const rule = `privacy-${label}`;
    if (rule === unknownLabelRule || rule === unlabelledRule) {
      fail('bad-document', `${name}: labels.${label}: the name is reserved`, {
        hint: 'choose another label',
        details: { field: `labels.${label}` },
      });
    }
    table.set(label, { rank: tierRank[tier], rule });
  }
  const unlabelled: Reach = { rank: tierRank[policy.unlabelled], rule: unlabelledRule };
  const unknown: Reach = { rank: 0, rule: unknownLabelRule };
  return (labels: readonly string[]): Reach => {
    let strictest: Reach | undefined;
    for (const label of labels) {
      const reach = table.get(label) ?? unknown;
      if (strictest === undefined || reach.rank < strictest.rank) strictest = reach;
    }
    return strictest ?? unlabelled;
  };
}
