import {
  answerOf,
  estimateInWords,
  isMade,
  type Matrix,
  type MatrixCell,
  type MatrixVariant,
  markOf,
  verdictInWords,
} from '@selvedge/forge';
import type { Io } from '../io.ts';
import { hanging, Notes } from '../notes.ts';
import { provenanceDot } from '../provenance.ts';
import { formatTable, wrapped } from '../table.ts';

/** As many rows as a person reads: with more, a target that nobody requires has one. */
const mostRows = 24;

/**
 * What the matrix says, for a terminal: the answer, what is missed, then every cell, or, of many,
 * those that are required and what does best on each other target.
 */
export function matrixSummary(found: Matrix, out: string, io: Pick<Io, 'colour' | 'columns'>) {
  const made = new Set(found.variants.filter(isMade).map(({ id }) => id));
  const cells = found.cells.filter(({ variant }) => made.has(variant));
  const isShort = cells.length <= mostRows;
  const shown = found.targets.flatMap(({ id }) => {
    const own = cells.filter(({ target }) => target === id);
    return isShort || own.some(({ required }) => required) ? own : bestOf(own);
  });
  const missed = found.requirements.filter(({ ok }) => !ok);
  return [
    ...wrapped(answerOf(found), io.columns ?? Number.POSITIVE_INFINITY),
    ...missed.flatMap(({ target, tier, reason }) =>
      hanging('✕', `${target ?? `${tier} tier`}: ${reason}`, io.columns),
    ),
    '',
    ...table(shown, io),
    ...(shown.length < cells.length
      ? ['', `Where nothing is required: what does best there, of ${made.size} variants.`]
      : []),
    ...notBuilt(found.variants, io),
    '',
    `${out}/matrix.html`,
  ].join('\n');
}

/** Below this a terminal has no room for a target beside what is said of each variant there. */
const roomForTargets = 100;

function table(cells: readonly MatrixCell[], io: Pick<Io, 'colour' | 'columns'>): string[] {
  const notes = new Notes();
  const hasStatus = new Set(cells.map(({ status, required }) => `${status} ${required}`)).size > 1;
  const isNarrow = hasStatus && (io.columns ?? Number.POSITIVE_INFINITY) < roomForTargets;
  const isAsked = cells.some(({ required }) => !required);
  const rows = cells.map((cell) => [
    ...(isNarrow ? [] : [isAsked && cell.required ? `${cell.target} (required)` : cell.target]),
    isNarrow ? `\u00a0\u00a0${cell.variant}` : cell.variant,
    ...(hasStatus ? [`${markOf(cell)} ${cell.status}`] : []),
    verdictInWords(cell),
    estimateInWords(cell),
    cell.estimate ? `${provenanceDot(cell.estimate.provenance)} ${cell.estimate.unit}` : '',
    notes.mark(whyOf(cell)),
  ]);
  const head = [
    ...(isNarrow ? [] : ['target']),
    { head: 'variant', wrap: isNarrow ? 19 : 14 },
    ...(hasStatus ? ['status'] : []),
    { head: 'runs there', wrap: 10 },
    { head: 'expected (90%)', wrap: 18 },
    { head: 'on', wrap: 10 },
    { head: 'why', align: 'right' as const },
  ];
  const lines = notes.lines(io);
  const columns = lines.length > 0 ? head : head.slice(0, -1);
  const shown = isNarrow ? belowTargets(cells, rows) : rows;
  return [formatTable(columns, shown, io), ...(lines.length > 0 ? ['', ...lines] : [])];
}

/** A row of its own for each target, before those of its variants. */
const belowTargets = (cells: readonly MatrixCell[], rows: readonly string[][]): string[][] =>
  rows.flatMap((row, at) =>
    cells[at]!.target === cells[at - 1]?.target ? [row] : [[cells[at]!.target], row],
  );

/** The worst that stands against it, and what would change that. */
function whyOf({ findings }: MatrixCell): string {
  const found = findings.find(({ effect }) => effect !== 'note');
  if (!found) return '';
  return found.hint ? `${found.message}: ${found.hint}` : found.message;
}

const statuses = ['pass', 'unproven', 'fail', 'skipped'];
const verdicts = ['full', 'partial', 'unknown', 'none'];

/** What holds, then what the accelerator takes most of as it is, then what is fastest. */
function bestOf(cells: readonly MatrixCell[]): MatrixCell[] {
  const rank = ({ status, verdict, inPrecision, fallbackShare, estimate }: MatrixCell) => [
    statuses.indexOf(status),
    Number(!inPrecision && verdict !== 'none'),
    verdicts.indexOf(verdict),
    fallbackShare ?? 1,
    estimate?.p50Ms ?? Number.MAX_VALUE,
  ];
  const [best] = [...cells].sort((a, b) => {
    const [one, other] = [rank(a), rank(b)];
    return one.map((value, at) => value - other[at]!).find((value) => value !== 0) ?? 0;
  });
  return best ? [best] : [];
}

/** Variants that were not made, each reason once. */
function notBuilt(variants: readonly MatrixVariant[], { columns }: Pick<Io, 'columns'>): string[] {
  const skipped = variants.filter((variant) => !isMade(variant));
  const byReason = Map.groupBy(skipped, ({ reason }) => reason);
  const lines = [...byReason].flatMap(([reason, alike]) =>
    hanging('–', `not built: ${alike.map(({ id }) => id).join(', ')}: ${reason}`, columns),
  );
  return lines.length === 0 ? [] : ['', ...lines];
}
