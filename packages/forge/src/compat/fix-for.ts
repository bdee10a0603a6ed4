import { profileOf } from '@selvedge/core/device';
import {
  fixModel,
  type Model,
  type NodeNote,
  type PassReport,
  type PassResult,
} from '@selvedge/onnx';
import { providers } from './providers.ts';
import { supportList } from './support-list.ts';

/**
 * Says what targets' accelerators do not run by what they do, where that is exact (to rounding). One
 * target's fix stays where another target would not need it: it answers the same there too.
 *
 * @throws SelvedgeError `not-found` for a target that the catalogue lacks
 */
export function fixFor(targets: readonly string[], model: Model): PassResult {
  const names = targets.flatMap((target) => {
    const { units } = profileOf(target);
    const { provider } = units.find(({ kind }) => kind !== 'cpu') ?? units[0]!;
    return providers[provider]?.list ?? [];
  });
  let fixed = model;
  const changed: NodeNote[] = [];
  const left: PassReport['left'][number][] = [];
  for (const name of new Set(names)) {
    const list = supportList(name);
    if (!list) continue;
    const { model: next, report } = fixModel(fixed, list);
    fixed = next;
    changed.push(...report.changed);
    left.push(...report.left);
  }
  const none = { skipped: 'nothing of it can be said otherwise for the targets' };
  return {
    model: fixed,
    report: { changed, left, warnings: [], ...(changed.length === 0 && none) },
  };
}
