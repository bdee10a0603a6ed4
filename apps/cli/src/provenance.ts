import type { Provenance } from '@selvedge/core/schema';

const dots: Readonly<Record<Provenance, string>> = {
  measured: '●',
  calibrated: '◐',
  estimated: '○',
};

/** The mark that a figure wears: ● measured, ◐ calibrated, ○ estimated. */
export const provenanceDot = (provenance: Provenance): string => dots[provenance];

/** The line that explains the marks under a table. */
export const provenanceLegend = '● measured  ◐ calibrated  ○ estimated';
