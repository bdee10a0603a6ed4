import { useState } from 'react';
import { shortDigest } from '../format.ts';

/** A digest or id, shortened in the middle; a click copies the whole. */
export function Digest({ value, what }: { value: string; what: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
    setTimeout(() => setCopied(false), 1200);
  };
  return (
    <button
      type="button"
      className="copy"
      title={`${value} (click to copy)`}
      aria-label={`Copy ${what} ${value}`}
      onClick={copy}
    >
      {copied ? 'copied' : shortDigest(value)}
    </button>
  );
}
