/**
 * A value with its 95% interval on a scale shared by its column: a line for the interval,
 * a tick for the value, the right end is no drop at all.
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
    <svg width={width} height="16" role="img" aria-label={label}>
      <title>{label}</title>
      <path d={`M${at(0)} 2v12`} stroke="var(--hair)" strokeWidth="1" />
      {interval && (
        <path d={`M${at(interval[0])} 8H${at(interval[1])}`} stroke="var(--soft)" strokeWidth="2" />
      )}
      <circle cx={at(drop)} cy="8" r="3" fill="var(--ink)" />
    </svg>
  );
}

const points = (fraction: number): string => `${(fraction * 100).toFixed(2)} points`;
