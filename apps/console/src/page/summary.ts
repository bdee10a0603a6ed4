import type { DeviceSummary, ReleaseDetail } from '@selvedge/core/api';

/** How the devices stand towards one release. */
export interface Standing {
  readonly total: number;
  readonly current: readonly DeviceSummary[];
  readonly behind: readonly DeviceSummary[];
  readonly troubled: readonly DeviceSummary[];
}

/** Sorts devices: on the release (committed only), behind it, and with a problem reported. */
export function standingOf(
  release: ReleaseDetail['release'],
  devices: readonly DeviceSummary[],
  total: number,
): Standing {
  const onRelease = (device: DeviceSummary) =>
    committed(device, release.family)?.version === release.version;
  return {
    total,
    current: devices.filter(onRelease),
    behind: devices.filter((device) => !onRelease(device)),
    troubled: devices.filter((device) =>
      device.problems.some((problem) => !problem.family || problem.family === release.family),
    ),
  };
}

/** What a device runs of a family; only `committed` counts as installed. */
export function committed(device: DeviceSummary, family: string) {
  return device.installed.find((entry) => entry.family === family && entry.state === 'committed');
}

/** The page's answer in one sentence: who runs what, and what holds the rest back. */
export function sentenceOf(release: ReleaseDetail['release'], standing: Standing): string {
  const name = `${release.family} ${release.version}`;
  const { total, current, behind } = standing;
  if (total === 0) return `${name} is published; no device has enrolled yet.`;
  if (behind.length === 0)
    return `${total === 1 ? 'The one device runs' : `All ${count(total)} devices run`} ${name}.`;
  const targets = [...new Set(behind.map((device) => device.target ?? 'an unknown target'))];
  const where = targets.length === 1 ? `; all on ${targets[0]}` : '';
  const shown = current.length + behind.length;
  const scope = shown < total ? ` of the ${count(shown)} shown` : '';
  return `${count(behind.length)} of ${count(total)} devices ${behind.length === 1 ? 'is' : 'are'} behind ${name}${scope}${where}.`;
}

const count = (value: number): string => value.toLocaleString('en');
