import type { Tier } from '@selvedge/core/schema';
import type { Limits } from './limits.ts';
import type { MatrixCell, MatrixFinding, MatrixVariant, Requirement } from './matrix-document.ts';
import { worstFirst } from './worst-first.ts';

/**
 * What a blueprint asks, held against the cells. A target is served when one variant of the tier
 * holds everything there: others may be too large for it, or not in a precision that it computes
 * in. Where a tier names no target, one variant has to hold what does not depend on one.
 */
export function requirementsOf(
  limits: ReadonlyMap<Tier, Limits>,
  variants: readonly MatrixVariant[],
  cells: readonly MatrixCell[],
): Requirement[] {
  return [...limits].flatMap(([tier, asked]) => {
    const own = variants.filter((variant) => variant.tier === tier);
    if (asked.targets.length === 0) return [ofTier(tier, asked, own)];
    return asked.targets.map((target) => ofTarget(tier, target, own, cells));
  });
}

function ofTarget(
  tier: Tier,
  target: string,
  own: readonly MatrixVariant[],
  cells: readonly MatrixCell[],
): Requirement {
  const there = smallestFirst(own).flatMap(
    ({ id }) => cells.find((cell) => cell.variant === id && cell.target === target) ?? [],
  );
  const good = there.find((cell) => cell.status !== 'skipped' && misses(cell).length === 0);
  if (good) {
    const reason = `${good.variant} holds everything that is asked`;
    return { tier, target, ok: true, variant: good.variant, reason };
  }
  const [nearest, ...others] = there.sort((a, b) => distance(a) - distance(b));
  const rest = others.length > 0 ? `; the other ${others.length} miss as much or more` : '';
  const reason = nearest ? `${whyNot(nearest)}${rest}` : 'there is no variant';
  return { tier, target, ok: false, variant: null, reason };
}

const misses = ({ findings }: MatrixCell): MatrixFinding[] =>
  worstFirst(findings).filter(({ effect }) => effect !== 'note');

/** What was not made came near nothing; what is broken is farther off than what is not proven. */
function distance(cell: MatrixCell): number {
  if (cell.status === 'skipped') return Number.MAX_VALUE;
  return misses(cell).reduce((sum, { effect }) => sum + (effect === 'fails' ? 1.5 : 1), 0);
}

/** What is broken, and with it what would change that. */
const whyNot = (cell: MatrixCell): string =>
  `${cell.variant}: ${misses(cell)
    .map(({ message, hint }) => (hint ? `${message} (${hint})` : message))
    .join(', ')}`;

function ofTier(tier: Tier, { bar, budget }: Limits, own: readonly MatrixVariant[]): Requirement {
  const isStated = bar.min !== undefined || bar.maxDrop !== undefined;
  const good = smallestFirst(own).find(
    ({ status, bytes }) =>
      (status === 'pass' || (status === 'unproven' && !isStated)) &&
      (bytes ?? 0) <= (budget.maxBytes ?? Number.POSITIVE_INFINITY),
  );
  if (good) {
    const reason = `${good.id} holds everything that is asked`;
    return { tier, target: null, ok: true, variant: good.id, reason };
  }
  const reason = own.map(({ id, reason: why }) => `${id}: ${why}`).join('; ');
  return { tier, target: null, ok: false, variant: null, reason: reason || 'there is no variant' };
}

const smallestFirst = (variants: readonly MatrixVariant[]): MatrixVariant[] =>
  [...variants].sort((a, b) => (a.bytes ?? Infinity) - (b.bytes ?? Infinity));
