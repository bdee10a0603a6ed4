import { mlBomOf } from '../bom/index.ts';
import { isMade, provenanceOf } from '../provenance/index.ts';
import type { BuildReport } from '../report/index.ts';
import type { Staging } from './staging.ts';

/**
 * Writes beside each variant its bill of materials, `variants/<id>.cdx.json`, and where it comes
 * from, `variants/<id>.provenance.json`: an in-toto statement, which `publish` signs. The same
 * input and options give the same bytes.
 *
 * @param at the time that they carry: none unless somebody states it
 */
export async function writeAttestations(
  staging: Staging,
  report: BuildReport,
  at?: string,
): Promise<void> {
  for (const variant of report.variants.filter(isMade)) {
    const bom = mlBomOf(report, variant, { timestamp: at });
    const provenance = provenanceOf(report, variant, { finishedOn: at });
    await staging.write(`variants/${variant.id}.cdx.json`, json(bom));
    await staging.write(`variants/${variant.id}.provenance.json`, json(provenance));
  }
}

const json = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;
