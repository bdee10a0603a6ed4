import type { Counts } from '@selvedge/core/api';
import { Tier } from '../parts/tier.tsx';

/** Where inferences ran and which rule decided: anonymous sums, never a device's own trace. */
export function Decisions({ counts }: { counts: Counts['counts'] }) {
  const sorted = [...counts].sort((a, b) => b.count - a.count);
  const most = sorted[0]?.count ?? 1;
  return (
    <section>
      <h2>
        Decisions <small>anonymous counts by tier and rule; traces stay on the device</small>
      </h2>
      {sorted.length === 0 ? (
        <p className="empty">
          Counts appear when a device's window ends. Make a request:{' '}
          <code>selvedge run FAMILY --agent http://127.0.0.1:7420 --input DIR</code>
        </p>
      ) : (
        <table>
          <thead>
            <tr>
              <th>Ran on</th>
              <th>Rule</th>
              <th className="wide">Share</th>
              <th className="number">Count</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map(({ tier, rule, count }) => (
              <tr key={`${tier} ${rule}`}>
                <td data-label="Ran on">
                  <Tier tier={tier} />
                </td>
                <td data-label="Rule">
                  <span>
                    <span className="mono">{rule}</span>
                    {rule.startsWith('privacy') && tier === 'none' && <PrivacyMark />}
                  </span>
                </td>
                <td data-label="Share" className={`wide tier-${tier}`}>
                  <span className="bar" style={{ width: `${(100 * count) / most}%` }} />
                </td>
                <td data-label="Count" className="number">
                  {count.toLocaleString('en')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** A privacy refusal is a promise kept, not an error: a closed ring, never red. */
function PrivacyMark() {
  return (
    <span className="privacy" title="kept by a privacy rule">
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
        <path
          d="M5 .8 9 2.4v2.4C9 7.2 7.2 8.8 5 9.6 2.8 8.8 1 7.2 1 4.8V2.4z"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.2"
        />
      </svg>
      kept private
    </span>
  );
}
