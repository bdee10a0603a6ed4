import type { Latency, ReleaseVariant } from '@selvedge/core/release';
import { bytes, milliseconds, percent } from '../format.ts';
import { Digest } from '../parts/digest.tsx';
import { Explained } from '../parts/explained.tsx';
import { Figure } from '../parts/figure.tsx';
import { DropInterval } from '../parts/interval.tsx';
import { Tier } from '../parts/tier.tsx';

/** One variant: a row of the table, a list of labelled lines in a narrow window. */
export function VariantRow({
  variant,
  targets,
  worst,
  devices,
}: {
  variant: ReleaseVariant;
  targets: readonly string[];
  /** The largest drop that the column's scale shows, as a fraction. */
  worst: number;
  devices: number;
}) {
  const download = bytes(variant.bytes);
  return (
    <tr>
      <td data-label="Tier">
        <Tier tier={variant.tier} />
      </td>
      <td data-label="Variant" className="mono">
        {variant.id}
      </td>
      <td data-label="Download" className="number">
        <Explained text={`${download.exact}: the model with its golden document`}>
          {download.text}
        </Explained>
      </td>
      <td data-label="Quality" className="number">
        <QualityFigure quality={variant.quality} />
      </td>
      <td data-label="Against fp32">
        <Drop variant={variant} worst={worst} />
      </td>
      <td data-label="Where built" className="number">
        <LatencyFigure latency={variant.latency.find((one) => !one.target)} />
      </td>
      {targets.map((target) => (
        <td data-label={target} className="number" key={target}>
          <LatencyFigure latency={variant.latency.find((one) => one.target === target)} />
        </td>
      ))}
      <td data-label="Devices" className="number">
        {devices}
      </td>
      <td data-label="Manifest">
        <Digest value={variant.manifest.digest} what="manifest digest" />
      </td>
    </tr>
  );
}

function QualityFigure({ quality }: { quality: ReleaseVariant['quality'] | undefined }) {
  if (!quality) return <span className="soft">unproven</span>;
  const { metric, value, samples, provenance } = quality;
  const shown =
    metric === 'snr' ? { text: `${value.toFixed(1)} dB`, exact: `${value} dB` } : percent(value);
  const source = `${metric} over ${samples.toLocaleString('en')} samples`;
  return <Figure value={shown} provenance={provenance} source={source} />;
}

function Drop({ variant, worst }: { variant: ReleaseVariant; worst: number }) {
  const { quality, precision } = variant;
  if (precision === 'fp32') return <span className="soft">the reference</span>;
  if (quality?.drop == null || quality.metric === 'snr')
    return <span className="soft">not measured</span>;
  return <DropInterval interval={quality.interval} drop={quality.drop} worst={worst} />;
}

function LatencyFigure({ latency }: { latency: Latency | undefined }) {
  if (!latency) return <span className="soft">not known</span>;
  const source =
    latency.provenance === 'measured'
      ? `${latency.runs} runs with ${latency.engine}, 99th percentile ${milliseconds(latency.p99Ms).text}`
      : `${latency.engine} for ${latency.target}`;
  return (
    <Figure value={milliseconds(latency.p50Ms)} provenance={latency.provenance} source={source} />
  );
}
