import type { ReleaseDetail } from '@selvedge/core/api';
import type { ReleaseVariant } from '@selvedge/core/release';
import { ProvenanceLegend } from '../parts/figure.tsx';
import { VariantRow } from './variant-row.tsx';

/** The release's variants: how good, how fast, how big, and where each figure comes from. */
export function Variants({ current }: { current: ReleaseDetail }) {
  const { variants } = current.release;
  const targets = [
    ...new Set(variants.flatMap(({ latency }) => latency.flatMap((one) => one.target ?? []))),
  ];
  const intervals = variants.flatMap(({ quality }) => quality?.interval?.map(Math.abs) ?? []);
  return (
    <section>
      <h2>
        Variants{' '}
        <small>
          latency is the median of one answer; quality is{' '}
          {variants[0]?.quality?.metric ?? 'unproven'}; a download is the model with its golden
          document
        </small>
      </h2>
      <table>
        <Head targets={targets} />
        <tbody>
          {variants.map((variant) => (
            <VariantRow
              key={variant.id}
              variant={variant}
              targets={targets}
              worst={Math.max(leastScale, ...intervals)}
              devices={devicesOn(current, variant.id)}
            />
          ))}
        </tbody>
      </table>
      <ProvenanceLegend />
    </section>
  );
}

/** Half the width of the drops' scale, as a fraction, where all of them are smaller. */
const leastScale = 0.005;

function Head({ targets }: { targets: readonly string[] }) {
  return (
    <thead>
      <tr>
        <th>Tier</th>
        <th>Variant</th>
        <th className="number">Download</th>
        <th className="number">Quality</th>
        <th title="percentage points (pt), with the 95% interval">Against fp32</th>
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
  );
}

function devicesOn(current: ReleaseDetail, variant: ReleaseVariant['id']): number {
  return current.installed
    .filter(
      (one) =>
        one.variant === variant &&
        one.state === 'committed' &&
        one.version === current.release.version,
    )
    .reduce((sum, one) => sum + one.devices, 0);
}
