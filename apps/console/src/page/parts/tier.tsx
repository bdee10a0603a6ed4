/** A tier's mark: hue, shape and word together. A square stays, a hexagon is near, a circle is far. */
export function Tier({ tier }: { tier: 'device' | 'edge' | 'cloud' | 'none' }) {
  return (
    <span className={`tier tier-${tier}`}>
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
        {shapes[tier]}
      </svg>
      {tier === 'none' ? 'nowhere' : tier}
    </span>
  );
}

const shapes = {
  device: <rect x="1" y="1" width="8" height="8" fill="currentColor" />,
  edge: <path d="M5 0 9.5 2.5v5L5 10 .5 7.5v-5z" fill="currentColor" />,
  cloud: <circle cx="5" cy="5" r="4.5" fill="currentColor" />,
  none: <path d="M1 5h8" stroke="currentColor" strokeWidth="2" />,
};
