import { formatBytes } from '@selvedge/core/units';

/** Human units, with the exact value beside them for hover. */
export interface Shown {
  readonly text: string;
  readonly exact: string;
}

/** Bytes in kB and their kin, exact on hover. */
export function bytes(value: number): Shown {
  return { text: formatBytes(value), exact: `${value.toLocaleString('en')} bytes` };
}

/** Milliseconds, in microseconds below one tenth and seconds above one thousand. */
export function milliseconds(value: number): Shown {
  const exact = `${value} ms`;
  if (value < 0.1) return { text: `${(value * 1000).toFixed(0)} µs`, exact };
  if (value >= 1000) return { text: `${(value / 1000).toFixed(1)} s`, exact };
  return { text: `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`, exact };
}

/** A fraction as a percentage with one decimal. */
export function percent(value: number): Shown {
  return { text: `${(value * 100).toFixed(1)}%`, exact: String(value) };
}

/** `sha256:0123456789ab…` shortened in the middle. */
export function shortDigest(digest: string): string {
  const hex = digest.replace(/^sha256:/, '');
  return `${hex.slice(0, 6)}…${hex.slice(-4)}`;
}

/** How long ago, in one unit. */
export function ago(timestamp: string, now: number): Shown {
  const seconds = Math.max(0, Math.round((now - Date.parse(timestamp)) / 1000));
  const [value, unit] =
    seconds < 60
      ? [seconds, 's']
      : seconds < 3600
        ? [Math.floor(seconds / 60), 'min']
        : seconds < 86400
          ? [Math.floor(seconds / 3600), 'h']
          : [Math.floor(seconds / 86400), 'd'];
  return { text: `${value} ${unit} ago`, exact: timestamp };
}
