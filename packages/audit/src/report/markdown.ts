import type { AuditReport, Finding } from '../finding.ts';
import {
  baselineSentence,
  missingOf,
  notReadSentence,
  partlyPlace,
  partlySentence,
  serviceOf,
  severities,
  skippedSentence,
  summarySentence,
  waitsWord,
} from './words.ts';

/** Rows that a pull request still shows; the rest is counted. */
const maxRows = 200;

/** The report for a pull request. */
export function markdownOf(report: AuditReport): string {
  const { findings, local, secrets, skipped, baseline } = report;
  const lines = ['# Inference coupling', '', summarySentence(report), ''];
  if (baseline) lines.push(baselineSentence(report), '');
  for (const severity of severities) {
    const rows = findings.filter((finding) => finding.severity === severity);
    if (rows.length === 0) continue;
    lines.push(`## ${capital(severity)}: ${rows.length}`, '', ...tableOf(rows), '');
  }
  if (secrets.length > 0)
    lines.push(
      '## Keys in the code',
      '',
      ...shortened(
        secrets,
        (each) =>
          `- ${each.new ? '**new** ' : ''}${code(`${each.file}:${each.line}`)} ${each.service} ${code(each.masked)}`,
      ),
      '',
    );
  if (local.length > 0)
    lines.push(
      `## Already local: ${local.length}`,
      '',
      ...shortened(local, (each) => `- ${code(`${each.file}:${each.line}`)} ${each.service}`),
      '',
    );
  if (skipped.notAudited.length > 0)
    lines.push(
      '## Not audited',
      '',
      ...shortened(
        skipped.notAudited,
        ({ path, reason, detail }) =>
          `- ${code(path)} ${reason}${detail ? `: ${text(detail)}` : ''}`,
      ),
      '',
    );
  if (skipped.partlyAudited.length > 0)
    lines.push(
      '## Partly audited',
      '',
      `${partlySentence}:`,
      '',
      ...shortened(
        skipped.partlyAudited,
        (each) => `- ${code(partlyPlace(each))}${each.detail ? `: ${text(each.detail)}` : ''}`,
      ),
      '',
    );
  lines.push(...[skippedSentence(report), '', notReadSentence(report)]);
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}

/** A list, as much of it as is read. */
function shortened<T>(items: readonly T[], line: (item: T) => string): string[] {
  const more = items.length - maxRows;
  return [...items.slice(0, maxRows).map(line), ...(more > 0 ? [`- …and ${more} more`] : [])];
}

function tableOf(rows: readonly Finding[]): string[] {
  const more = rows.length - maxRows;
  return [
    '| where | service | who waits | against failure | offline | suggested tier |',
    '|---|---|---|---|---|---|',
    ...rows
      .slice(0, maxRows)
      .map((finding) =>
        [
          '',
          `${finding.new ? '**new** ' : ''}${code(`${finding.file}:${finding.line}`)}`,
          text(serviceOf(finding)),
          waitsWord[finding.sync],
          missingOf(finding),
          text(finding.offline),
          `${finding.suggestedTier}: ${text(finding.tierReason)}`,
          '',
        ]
          .join(' | ')
          .trim(),
      ),
    ...(more > 0 ? ['', `…and ${more} more.`] : []),
  ];
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** Text of other people, which must neither close a cell nor become markup. */
const text = (value: string): string =>
  value.replace(/[\\`*_[\]<>|#~&@!]/g, '\\$&').replace(/\s+/g, ' ');

/** A code span whose fence is longer than any run of backticks in it (CommonMark 6.1). */
function code(value: string): string {
  const clean = value.replace(/\s+/g, ' ').replaceAll('|', '\\|');
  const longest = Math.max(0, ...[...clean.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${clean}${fence}` : `${fence} ${clean} ${fence}`;
}
