import type { Model } from '@selvedge/onnx';
import { verdictFor } from '../compat/index.ts';
import type { BuiltVariant, TargetFallback } from '../report/index.ts';

/**
 * What of a variant would run outside each target's accelerator, and the worst of it: of several
 * targets that with the largest share of MACs. Null where no operator list says.
 *
 * @throws SelvedgeError `not-found` for a target that the catalogue lacks
 */
export function findFallback(
  model: Model,
  targets: readonly string[],
): Pick<BuiltVariant, 'fallback' | 'fallbacks'> {
  if (targets.length === 0) return { fallback: { nodes: null, share: null } };
  const fallbacks = targets.map((target) => fallbackOn(target, model));
  const known = fallbacks.filter(({ share }) => share !== null);
  const worst = known.sort((a, b) => (b.share ?? 0) - (a.share ?? 0))[0];
  return { fallback: { nodes: worst?.nodes ?? null, share: worst?.share ?? null }, fallbacks };
}

function fallbackOn(target: string, model: Model): TargetFallback {
  const { verdict } = verdictFor(target, model);
  const { provider, version, nodes, fallbackShare, partitions, reason } = verdict;
  const isKnown = fallbackShare !== null;
  return {
    target,
    provider,
    version,
    verdict: verdict.verdict,
    nodes: isKnown ? nodes.unsupported : null,
    share: fallbackShare,
    partitions,
    reason,
  };
}
