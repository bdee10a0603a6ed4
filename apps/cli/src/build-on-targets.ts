import {
  type BuildReport,
  formatFallback,
  formatLatency,
  isIfConverted,
  isNowhere,
} from '@selvedge/forge';
import type { Io } from './io.ts';
import { formatTable } from './table.ts';

/**
 * What each variant is expected to do on each target that was asked about, and on which of its units:
 * an estimate for the CPU is none for the accelerator. Empty where no target was asked about.
 */
export function onTargets({ variants }: BuildReport, io: Pick<Io, 'colour' | 'columns'>): string[] {
  const rows = variants.flatMap(({ id, fallbacks = [], estimates }) =>
    fallbacks.map((fallback) => {
      const { target, estimatedOn = '' } = fallback;
      const estimate = estimates.find((one) => one.target === target);
      return [
        target,
        id,
        estimate ? formatLatency(estimate) : '—',
        estimatedOn,
        runsThere(fallback),
        formatFallback(fallback),
      ];
    }),
  );
  if (rows.length === 0) return [];
  const head = [
    { head: 'target', wrap: 12 },
    { head: 'variant', wrap: 14 },
    { head: 'expected', align: 'right' },
    'on',
    { head: 'runs there', wrap: 10 },
    { head: 'falls back', align: 'right' },
  ] as const;
  return [
    '',
    formatTable(
      head,
      rows.sort(([a = ''], [b = '']) => a.localeCompare(b)),
      io,
    ),
  ];
}

function runsThere(fallback: Fallback): string {
  if (isNowhere(fallback)) return 'nowhere';
  return isIfConverted(fallback) ? `${fallback.verdict} if converted` : fallback.verdict;
}

type Fallback = NonNullable<BuildReport['variants'][number]['fallbacks']>[number];
