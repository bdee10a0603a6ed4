import {
  type AuditReport,
  baselineSentence,
  notReadSentence,
  partlyPlace,
  partlySentence,
  severities,
  skippedSentence,
  summarySentence,
} from '@selvedge/audit';
import type { Io } from '../io.ts';
import { findingTable } from './finding-table.ts';

/** Lines of a list before the rest is only counted. */
const maxLines = 20;

/** Prints a report for a terminal: the answer, then what matters most first. */
export function printAudit(io: Io, report: AuditReport): void {
  const { findings, local, secrets, skipped, baseline } = report;
  io.print(summarySentence(report));
  if (baseline) io.print(baselineSentence(report));
  for (const severity of severities) {
    const rows = findings.filter((finding) => finding.severity === severity);
    if (rows.length > 0)
      io.print(`\n${severityHead(io, severity, rows.length)}\n${findingTable(io, rows)}`);
  }
  printList(
    io,
    'Keys in the code',
    secrets,
    (each) => `${each.new ? 'new ' : ''}${each.file}:${each.line}  ${each.service}  ${each.masked}`,
  );
  printList(io, 'Already local', local, (each) => `${each.file}:${each.line}  ${each.service}`);
  printList(
    io,
    'Not audited',
    skipped.notAudited,
    ({ path, reason, detail }) => `${path}  ${reason}${detail ? `: ${detail}` : ''}`,
  );
  printList(
    io,
    `Partly audited: ${partlySentence.charAt(0).toLowerCase()}${partlySentence.slice(1)}`,
    skipped.partlyAudited,
    (each) => `${partlyPlace(each)}${each.detail ? `  ${each.detail}` : ''}`,
  );
  const leftOut = [skippedSentence(report), notReadSentence(report)].filter((each) => each !== '');
  if (leftOut.length > 0) io.print(`\n${leftOut.join('\n')}`);
}

/** A word says how severe it is; colour only repeats it. */
function severityHead(
  { colour }: Io,
  severity: (typeof severities)[number],
  count: number,
): string {
  const text = `${severity}: ${count}`;
  const code = { high: 31, medium: 33, low: 2 }[severity];
  return colour ? `\u001b[${code}m${text}\u001b[0m` : text;
}

function printList<T>(io: Io, title: string, items: readonly T[], line: (item: T) => string): void {
  if (items.length === 0) return;
  const more = items.length - maxLines;
  const shown = items.slice(0, maxLines).map(line);
  io.print(`\n${title}\n${[...shown, ...(more > 0 ? [`…and ${more} more`] : [])].join('\n')}`);
}
