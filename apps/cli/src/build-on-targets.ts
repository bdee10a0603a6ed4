import { chipOf } from '@selvedge/core/device';
import { type BuildReport, formatLatency, formatShare } from '@selvedge/forge';
import { formatTable } from './table.ts';

/**
 * What each variant is expected to do on each target that was asked about, and on which of its units:
 * an estimate for the CPU is none for the accelerator. Empty where no target was asked about.
 */
export function onTargets({ variants }: BuildReport): string[] {
  const rows = variants.flatMap(({ id, fallbacks = [], estimates }) =>
    fallbacks.map(({ target, verdict, share, estimatedOn = '' }) => {
      const estimate = estimates.find((one) => one.target === target);
      return [
        target,
        id,
        estimate ? formatLatency(estimate) : '—',
        estimatedOn,
        verdict === 'full' && isElsewhere(target, estimatedOn) ? 'full if converted' : verdict,
        share === null ? '—' : formatShare(share),
      ];
    }),
  );
  if (rows.length === 0) return [];
  const head = [
    'target',
    'variant',
    { head: 'expected', align: 'right' },
    'on',
    'runs there',
    { head: 'falls back', align: 'right' },
  ] as const;
  return [
    '',
    formatTable(
      head,
      rows.sort(([a = ''], [b = '']) => a.localeCompare(b)),
    ),
  ];
}

/** On the CPU of a target whose accelerator does not compute in the variant's precision. */
const isElsewhere = (target: string, unit: string): boolean =>
  unit === 'cpu' && chipOf(target).units.some(({ kind }) => kind !== 'cpu');
