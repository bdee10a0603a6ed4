import type { ReleaseDetail } from '@selvedge/core/api';
import type { Latency, ReleaseVariant } from '@selvedge/core/release';
import { bytes, milliseconds, percent } from '../format.ts';
import { Digest } from '../parts/digest.tsx';
import { Figure, ProvenanceLegend } from '../parts/figure.tsx';
import { DropInterval } from '../parts/interval.tsx';
import { Tier } from '../parts/tier.tsx';

/** The release's variants: how good, how fast, how big, and where each figure comes from. */
export function Variants({ current }: { current: ReleaseDetail }) {
  const { release } = current;
  const targets = [
    ...new Set(
      release.variants.flatMap((variant) => variant.latency.flatMap((one) => one.target ?? [])),
    ),
  ];
  const worst = Math.max(
    0.005,
    ...release.variants.flatMap((variant) => variant.quality?.interval?.map(Math.abs) ?? []),
  );
  return (
    <section>
      <h2>
        Variants{' '}
        <small>
          latency is the median of one answer; quality is{' '}
          {release.variants[0]?.quality?.metric ?? 'unproven'}
        </small>
      </h2>
      <table>
        <thead>
          <tr>
            <th>Tier</th>
            <th>Variant</th>
            <th className="number">Size</th>
            <th className="number">Quality</th>
            <th title="percentage points, with the 95% interval">Against fp32</th>
            <th className="number">Where built</th>
            {targets.map((target) => (
              <th className="number" key={target}>
                {target}
              </th>
            ))}
            <th className="number">Devices</th>
            <th>Manifest</th>
          </tr>
        </thead>
        <tbody>
          {release.variants.map((variant) => (
            <Row
              key={variant.id}
              variant={variant}
              targets={targets}
              worst={worst}
              devices={devicesOn(current, variant.id)}
            />
          ))}
        </tbody>
      </table>
      <ProvenanceLegend />
    </section>
  );
}

function Row({
  variant,
  targets,
  worst,
  devices,
}: {
  variant: ReleaseVariant;
  targets: readonly string[];
  worst: number;
  devices: number;
}) {
  const size = bytes(variant.bytes);
  const { quality } = variant;
  return (
    <tr>
      <td data-label="Tier">
        <Tier tier={variant.tier} />
      </td>
      <td data-label="Variant" className="mono">
        {variant.id}
      </td>
      <td data-label="Size" className="number" title={size.exact}>
        {size.text}
      </td>
      <td data-label="Quality" className="number">
        {quality ? (
          <Figure
            value={
              quality.metric === 'snr'
                ? { text: `${quality.value.toFixed(1)} dB`, exact: `${quality.value} dB` }
                : percent(quality.value)
            }
            provenance={quality.provenance}
            source={`${quality.metric} over ${quality.samples.toLocaleString('en')} samples`}
          />
        ) : (
          <span className="soft">unproven</span>
        )}
      </td>
      <td data-label="Against fp32">
        {quality?.drop != null && variant.precision !== 'fp32' && quality.metric !== 'snr' ? (
          <DropInterval interval={quality.interval} drop={quality.drop} worst={worst} />
        ) : (
          <span className="soft">
            {variant.precision === 'fp32' ? 'the reference' : 'not measured'}
          </span>
        )}
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

function devicesOn(current: ReleaseDetail, variant: string): number {
  return current.installed
    .filter(
      (one) =>
        one.variant === variant &&
        one.state === 'committed' &&
        one.version === current.release.version,
    )
    .reduce((sum, one) => sum + one.devices, 0);
}
