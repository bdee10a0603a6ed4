import {
  type AuditReport,
  type Finding,
  missingOf,
  serviceOf,
  severities,
  skippedSentence,
  summarySentence,
  waitsWord,
} from '@selvedge/audit';
import type { Io } from '../io.ts';
import { formatTable } from '../table.ts';

/** Lines of a list before the rest is only counted. */
const maxLines = 20;

/** Prints a report for a terminal: the answer, then what matters most first. */
export function printAudit(io: Io, report: AuditReport): void {
  const { findings, local, secrets, skipped, baseline } = report;
  io.print(summarySentence(report));
  if (baseline) io.print(`Against the baseline: ${baseline.new} new, ${baseline.gone} gone.`);
  for (const severity of severities) {
    const rows = findings.filter((finding) => finding.severity === severity).map(row);
    if (rows.length === 0) continue;
    const heads = [
      'where',
      'service',
      'who waits',
      'against failure',
      'data',
      'suggested tier',
      'sure',
    ];
    io.print(`\n${severity}\n${formatTable(heads, rows, io)}`);
  }
  printList(
    io,
    'Keys in the code',
    secrets,
    (each) => `${each.file}:${each.line}  ${each.service}  ${each.masked}`,
  );
  printList(io, 'Already local', local, (each) => `${each.file}:${each.line}  ${each.service}`);
  printList(
    io,
    'Not audited',
    skipped.notAudited,
    ({ path, reason, detail }) => `${path}  ${reason}${detail ? `: ${detail}` : ''}`,
  );
  if (skipped.total > 0) io.print(`\n${skippedSentence(report)}`);
}

const row = (finding: Finding): string[] => [
  `${finding.new ? 'new ' : ''}${finding.file}:${finding.line}`,
  serviceOf(finding),
  waitsWord[finding.sync],
  missingOf(finding),
  `${finding.data}${finding.personal.length > 0 ? `, personal: ${finding.personal[0]?.sign}` : ''}`,
  finding.suggestedTier,
  `${Math.round(finding.confidence * 100)}%`,
];

function printList<T>(io: Io, title: string, items: readonly T[], line: (item: T) => string): void {
  if (items.length === 0) return;
  const more = items.length - maxLines;
  const shown = items.slice(0, maxLines).map(line);
  io.print(`\n${title}\n${[...shown, ...(more > 0 ? [`…and ${more} more`] : [])].join('\n')}`);
}
