import type { Provenance } from '@selvedge/core/schema';
import type { Shown } from '../format.ts';
import { Explained } from './explained.tsx';

/** A figure with where it comes from: a filled dot measured, a half calibrated, a ring estimated. */
export function Figure({
  value,
  provenance,
  source,
}: {
  value: Shown;
  provenance: Provenance;
  source: string;
}) {
  return (
    <Explained className="figure" text={`${value.exact}: ${provenance}, ${source}`}>
      <ProvenanceMark provenance={provenance} />
      <span>{value.text}</span>
      <span className="visually-hidden">
        , {provenance}, {source}
      </span>
    </Explained>
  );
}

export function ProvenanceMark({ provenance }: { provenance: Provenance }) {
  return (
    <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true">
      <circle
        cx="4"
        cy="4"
        r="3.2"
        fill={provenance === 'measured' ? 'currentColor' : 'none'}
        stroke="currentColor"
        strokeWidth="1.2"
      />
      {provenance === 'calibrated' && <path d="M4 .8a3.2 3.2 0 0 0 0 6.4z" fill="currentColor" />}
    </svg>
  );
}

/** What the marks mean. */
export function ProvenanceLegend() {
  return (
    <div className="legend">
      {(['measured', 'calibrated', 'estimated'] as const).map((provenance) => (
        <span className="figure" key={provenance}>
          <ProvenanceMark provenance={provenance} /> {provenance}
        </span>
      ))}
      <span>a figure that is hovered, clicked or tapped shows its source</span>
    </div>
  );
}
