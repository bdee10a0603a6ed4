import type { PassResult } from '../pass/report.ts';
import type { Model } from '../wire/model.ts';
import { foldConstants } from './fold-constants.ts';
import { inlineBranches } from './inline-branches.ts';
import { removeIdentities } from './remove-identities.ts';

/**
 * Every pass of this room that is exact, again until none finds anything: constants folded,
 * identities removed, branches that are always taken inlined. What the model gives is the same to
 * the bit where an engine runs the remaining operators as before.
 */
export function simplify(model: Model): PassResult {
  const changed: PassResult['report']['changed'][number][] = [];
  let simplified = model;
  for (let before: Model | undefined; before !== simplified; ) {
    before = simplified;
    for (const pass of [removeIdentities, foldConstants, inlineBranches]) {
      const result = pass(simplified);
      simplified = result.model;
      changed.push(...result.report.changed);
    }
  }
  const report = { changed, left: [], warnings: [] };
  return simplified === model
    ? { model, report: { ...report, skipped: 'nothing can be simplified' } }
    : { model: simplified, report };
}
