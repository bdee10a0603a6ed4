import { type Finding, missingOf, serviceOf, waitsWord } from '@selvedge/audit';
import type { Io } from '../io.ts';
import { formatTable } from '../table.ts';

interface Column {
  readonly head: string;
  readonly cell: (finding: Finding) => string;
  /** The first to leave where a terminal is narrow has the highest number; 0 stays. */
  readonly leaves: number;
}

const columns: readonly Column[] = [
  {
    head: 'where',
    cell: ({ new: isNew, file, line }) => `${isNew ? 'new ' : ''}${file}:${line}`,
    leaves: 0,
  },
  { head: 'service', cell: serviceOf, leaves: 0 },
  { head: 'who waits', cell: ({ sync }) => waitsWord[sync], leaves: 1 },
  { head: 'against failure', cell: missingOf, leaves: 4 },
  {
    head: 'data',
    cell: ({ data, personal: [sign] }) => `${data}${sign ? `, personal: ${sign.sign}` : ''}`,
    leaves: 3,
  },
  { head: 'suggested tier', cell: ({ suggestedTier }) => suggestedTier, leaves: 2 },
  { head: 'sure', cell: ({ confidence }) => `${Math.round(confidence * 100)}%`, leaves: 5 },
];

/**
 * Findings as a table no wider than the terminal: columns leave, the least telling first, and then
 * what stands before a file's name does. A pipe takes all of it.
 */
export function findingTable(io: Io, findings: readonly Finding[]): string {
  const { columns: width = Number.POSITIVE_INFINITY } = io;
  for (let most = columns.length; ; most--) {
    const kept = columns.filter(({ leaves }) => leaves <= most);
    const table = tableOf(io, kept, findings, Number.POSITIVE_INFINITY);
    const over = widthOf(table, io) - width;
    if (over <= 0) return table;
    // A column goes before names are cut to less than this.
    const room = Math.max(...findings.map((each) => cellAt(each).length)) - over;
    if (room >= enough || most === 1) return tableOf(io, kept, findings, Math.max(12, room));
  }
}

const enough = 36;

const cellAt = (finding: Finding): string => columns[0]?.cell(finding) ?? '';

function tableOf(
  io: Io,
  kept: readonly Column[],
  findings: readonly Finding[],
  room: number,
): string {
  const rows = findings.map((finding) =>
    kept.map(({ cell, head }) => {
      const text = cell(finding);
      return head === 'where' && text.length > room ? `…${text.slice(1 - room)}` : text;
    }),
  );
  return formatTable(
    kept.map(({ head }) => head),
    rows,
    io,
  );
}

const widthOf = (table: string, { colour }: Io): number =>
  Math.max(...table.split('\n').map((line, at) => line.length - (colour && at === 0 ? dimmed : 0)));

/** What the heading's colour codes add. */
const dimmed = '\u001b[2m\u001b[22m'.length;
