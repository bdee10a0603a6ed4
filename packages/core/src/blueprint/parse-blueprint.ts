import { catalogue } from '../device/index.ts';
import { fail } from '../errors/index.ts';
import { nearest, parseDocument, type Tier } from '../schema/index.ts';
import { Blueprint, type BlueprintTier } from './blueprint.ts';

/**
 * Checks a blueprint that was parsed from YAML or JSON: its form, and that it has a tier, names
 * each precision once and only targets that the catalogue holds. Files are not looked at.
 *
 * @param file names the source in messages.
 * @throws SelvedgeError `bad-document` naming file, field and what was expected.
 */
export function parseBlueprint(value: unknown, file: string): Blueprint {
  const blueprint = parseDocument(Blueprint, value, file);
  const tiers = Object.entries(blueprint.tiers) as [Tier, BlueprintTier][];
  if (tiers.length === 0)
    refuse(file, 'tiers', 'is empty', 'name at least one of device, edge, cloud');
  for (const [tier, { precisions, compression = [], targets = [] }] of tiers) {
    refuseRepeated(file, `tiers.${tier}.precisions`, precisions);
    refuseRepeated(file, `tiers.${tier}.compression`, compression);
    refuseRepeated(file, `tiers.${tier}.targets`, targets);
    targets.forEach((target, i) => {
      refuseUnknownTarget(file, `tiers.${tier}.targets.${i}`, target);
    });
  }
  return blueprint;
}

function refuseRepeated(file: string, field: string, items: readonly string[]): void {
  const repeated = items.find((item, i) => items.indexOf(item) !== i);
  if (repeated !== undefined) refuse(file, field, `names "${repeated}" twice`, 'once is enough');
}

function refuseUnknownTarget(file: string, field: string, target: string): void {
  const known = catalogue.map(({ id }) => id);
  if (known.includes(target)) return;
  const meant = nearest(target, known);
  const hint = meant === undefined ? 'see selvedge targets' : `did you mean "${meant}"?`;
  refuse(file, field, `is no target of the catalogue: "${target}"`, hint);
}

function refuse(file: string, field: string, problem: string, hint: string): never {
  return fail('bad-document', `${file}: ${field} ${problem}`, {
    hint,
    details: { from: file, field },
  });
}
