import type { ReleaseDetail } from '@selvedge/core/api';
import type { Standing } from '../summary.ts';

/** Release → variants → devices, as a line; where it stopped is visible without reading. */
export function Journey({ current, standing }: { current: ReleaseDetail; standing: Standing }) {
  const { release, channels } = current;
  const chosen = new Set(
    standing.current.map(
      (device) => device.installed.find((entry) => entry.family === release.family)?.variant,
    ),
  );
  const stops = [
    {
      title: `Release ${release.version}`,
      text: `signed ${release.createdAt.slice(0, 10)}`,
      state: 'reached',
    },
    {
      title: channels.length > 0 ? `Channel ${channels.join(', ')}` : 'No channel',
      text: channels.length > 0 ? 'points to it' : 'points to it yet',
      state: channels.length > 0 ? 'reached' : 'ahead',
    },
    {
      title: `${release.variants.length} variants`,
      text: `${chosen.size} chosen by devices`,
      state: chosen.size > 0 ? 'reached' : 'ahead',
    },
    {
      title: `${standing.current.length} of ${standing.total} devices`,
      text:
        standing.behind.length === 0
          ? 'answer their golden inputs'
          : `${standing.behind.length} behind`,
      state:
        standing.total > 0 && standing.behind.length === 0
          ? 'reached'
          : standing.troubled.length > 0
            ? 'stopped'
            : 'ahead',
    },
  ];
  return (
    <div className="journey" style={{ '--stops': stops.length } as React.CSSProperties}>
      {stops.map((stop) => (
        <div className={`stop ${stop.state}`} key={stop.title}>
          <strong>{stop.title}</strong>
          <span className="soft">{stop.text}</span>
        </div>
      ))}
    </div>
  );
}
