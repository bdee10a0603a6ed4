import { formatMs } from '../report/format.ts';
import type { Matrix, MatrixCell, MatrixVariant } from './matrix-document.ts';

/** What the matrix says, in a sentence. */
export function answerOf({ requirements, cells, targets, variants }: Matrix): string {
  if (requirements.length === 0) {
    const whole = new Set(
      cells
        .filter(({ verdict, inPrecision }) => verdict === 'full' && inPrecision)
        .map(({ target }) => target),
    );
    const made = variants.filter(isMade).length;
    const subject = made === 1 ? 'It' : `At least one of its ${made} variants`;
    const names = whole.size === 0 ? '' : `: ${[...whole].join(', ')}`;
    return `${subject} runs whole on ${whole.size} of ${targets.length} targets${names}.`;
  }
  const missed = requirements.filter(({ ok }) => !ok);
  const places = [...new Set(missed.map(({ target, tier }) => target ?? `the ${tier} tier`))];
  return missed.length === 0
    ? `All that the blueprint requires is met: ${requirements.length} of ${requirements.length}.`
    : `${missed.length} of ${requirements.length} requirements are missed: ${places.join(', ')}.`;
}

/** Whether there is anything to judge. */
export const isMade = ({ status }: Pick<MatrixVariant, 'status'>): boolean => status !== 'skipped';

/** Shapes beside the words: no state is told by colour alone. */
export const statusMarks = { pass: '✓', fail: '✕', unproven: '?', skipped: '–' } as const;

/** Where nothing is required of a variant nothing is met: that nothing stands against it is no mark of praise. */
export const markOf = ({ status, required }: Pick<MatrixCell, 'status' | 'required'>): string =>
  status === 'pass' && !required ? '·' : statusMarks[status];

/** What of a variant runs on the target's accelerator. */
export function verdictInWords(cell: MatrixCell): string {
  const { verdict, fallbackShare, inPrecision, findings } = cell;
  if (findings.some(({ rule, effect }) => rule === 'cannot-run' && effect === 'fails'))
    return 'cannot run';
  if (verdict === 'unknown' || fallbackShare === null) return 'not known';
  const part = fallbackShare === 0 ? 'little' : percent(fallbackShare);
  const words = verdict === 'full' ? 'runs whole' : `${part} on the CPU`;
  return inPrecision || verdict === 'none' ? words : `${words} if converted`;
}

/** Whole per cents, but a share that is there never reads as none, nor a part as the whole. */
export function percent(share: number): string {
  const whole = Math.round(share * 100);
  if (whole === 0 && share > 0) return '<1%';
  return whole === 100 && share < 1 ? '>99%' : `${whole}%`;
}

/** `1.23 ms (0.70 to 2.10)`; a dash where nothing is known. */
export function estimateInWords({ estimate }: MatrixCell): string {
  if (!estimate) return '—';
  const { p50Ms, lowMs, highMs } = estimate;
  return `${formatMs(p50Ms)} (${formatMs(lowMs).replace(/ ms$/, '')} to ${formatMs(highMs).replace(/ ms$/, '')})`;
}
