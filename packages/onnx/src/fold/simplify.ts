import type { PassResult } from '../pass/report.ts';
import type { Model } from '../wire/model.ts';
import { foldConstants } from './fold-constants.ts';
import { inlineBranches } from './inline-branches.ts';
import { removeIdentities } from './remove-identities.ts';

/**
 * Every pass of this room that is exact, again until none finds anything: constants folded,
 * identities removed, branches that are always taken inlined. What is put in the place of operators
 * is theirs to the bit; an engine may still add in another order where it sees a constant.
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
