import type { DeviceSummary } from '@selvedge/core/api';
import { ago } from '../format.ts';
import { Digest } from '../parts/digest.tsx';
import { Explained } from '../parts/explained.tsx';

/** The fleet: what each device runs of the family, and the last thing that went wrong on it. */
export function Devices({
  devices,
  total,
  family,
  version,
  now,
}: {
  devices: readonly DeviceSummary[];
  total: number;
  family: string;
  version: string;
  now: number;
}) {
  return (
    <section>
      <h2>
        Devices{' '}
        <small>
          {devices.length < total
            ? `the first ${devices.length} of ${total.toLocaleString('en')}`
            : 'what each last reported; reports come on change'}
        </small>
      </h2>
      {devices.length === 0 ? (
        <p className="empty">
          Devices appear here when they enrol. Start one:{' '}
          <code>selvedge agent --hub {location.origin} --data device-1</code>
        </p>
      ) : (
        <table>
          <thead>
            <tr>
              <th>Device</th>
              <th>Target</th>
              <th>Runs</th>
              <th>State</th>
              <th className="number">Reported</th>
            </tr>
          </thead>
          <tbody>
            {devices.map((device) => (
              <Row
                key={device.device}
                device={device}
                family={family}
                version={version}
                now={now}
              />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Row({
  device,
  family,
  version,
  now,
}: {
  device: DeviceSummary;
  family: string;
  version: string;
  now: number;
}) {
  const entries = device.installed.filter((entry) => entry.family === family);
  const running = entries.find((entry) => entry.state === 'committed');
  const problem = device.problems.at(-1);
  const reported = device.reportedAt ? ago(device.reportedAt, now) : undefined;
  return (
    <tr>
      <td data-label="Device">
        <Digest value={device.device} what="device id" />
      </td>
      <td data-label="Target">
        {device.target ?? `${device.platform?.os ?? 'unknown'} ${device.platform?.arch ?? ''}`}
      </td>
      <td data-label="Runs" className="mono">
        {running ? `${running.variant} ${running.version}` : '—'}
      </td>
      <td data-label="State">
        <State
          running={running?.version}
          version={version}
          moving={entries.find((entry) => entry.state !== 'committed')?.state}
        />
        {problem && (
          <div className="soft" title={problem.message}>
            {problem.code}: {problem.message}
          </div>
        )}
      </td>
      <td data-label="Reported" className="number soft">
        {reported ? <Explained text={reported.exact}>{reported.text}</Explained> : 'not yet'}
      </td>
    </tr>
  );
}

function State({
  running,
  version,
  moving,
}: {
  running: string | undefined;
  version: string;
  moving: string | undefined;
}) {
  if (running === version) return <span className="state-good">✓ installed</span>;
  if (moving === 'rolled-back') return <span className="state-bad">✕ rolled back</span>;
  if (moving) return <span className="state-warn">◔ {moving}</span>;
  return (
    <span className="state-warn">
      {running ? `△ behind, on ${running}` : '△ nothing installed'}
    </span>
  );
}
