import { Explained } from './explained.tsx';

/**
 * A drop with its 95% interval on a scale shared by its column: a line for the interval, a dot
 * for the value, a tick in the middle for no drop at all; worse is to the left.
 */
export function DropInterval({
  interval,
  drop,
  worst,
}: {
  interval: readonly [number, number] | null;
  drop: number;
  worst: number;
}) {
  const width = 96;
  const at = (value: number) =>
    4 + (width - 8) * (1 - Math.min(1, Math.max(0, (value + worst) / (2 * worst))));
  const label = interval
    ? `drop ${points(drop)} (95%: ${points(interval[0])} to ${points(interval[1])})`
    : `drop ${points(drop)}`;
  return (
    <Explained className="interval" text={label}>
      <svg width={width} height="16" role="img" aria-label={label}>
        <path d={`M${at(0)} 1v14`} stroke="var(--soft)" strokeWidth="1" />
        {interval && (
          <path
            d={`M${at(interval[0])} 8H${at(interval[1])}`}
            stroke="var(--soft)"
            strokeWidth="2"
          />
        )}
        <circle cx={at(drop)} cy="8" r="3" fill="var(--ink)" />
      </svg>
      <span className="soft" aria-hidden="true">
        {signed(-drop)}
      </span>
    </Explained>
  );
}

/** `−0.03 pt`: percentage points above or below the reference. */
const signed = (fraction: number): string => {
  const text = (Math.abs(fraction) * 100).toFixed(2);
  if (Number(text) === 0) return '±0.00 pt';
  return `${fraction < 0 ? '−' : '+'}${text} pt`;
};

const points = (fraction: number): string => `${(fraction * 100).toFixed(2)} percentage points`;
