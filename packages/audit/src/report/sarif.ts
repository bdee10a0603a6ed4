import { createHash } from 'node:crypto';
import type { AuditReport, Finding, SecretFinding } from '../finding.ts';
import { notReadSentence } from './words.ts';

const levels = { high: 'error', medium: 'warning', low: 'note', info: 'none' } as const;
const bySeverity = Object.keys(levels);

/** GitHub refuses a run with more, and shows no more locations of a result ("SARIF support"). */
const maxResults = 25_000;
const maxRelated = 100;
/** And no longer message. */
const maxText = 1000;

/**
 * The report as SARIF 2.1.0 (OASIS, 2020), which code hosts show beside the lines. Engines on the
 * machine itself are no results; what could not be audited, wholly or in part, is a notification.
 */
export function sarifOf(report: AuditReport): object {
  const services = [...new Set(report.findings.map(({ service }) => service))].sort();
  const rules = [...services.map(ruleOf), secretRule];
  const indexes = new Map(rules.map(({ id }, at) => [id, at]));
  const all = [...secretResults(report.secrets), ...couplingResults(report.findings)];
  const results = all.slice(0, maxResults).map((result) => ({
    ...result,
    ruleIndex: indexes.get(result.ruleId),
  }));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'selvedge audit', rules } },
        automationDetails: { id: 'selvedge-audit/' },
        originalUriBaseIds: { SRCROOT: { description: { text: 'the audited directory' } } },
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: notificationsOf(report, all.length - results.length),
          },
        ],
        results,
        columnKind: 'utf16CodeUnits',
      },
    ],
  };
}

interface Result {
  readonly ruleId: string;
}

const ruleOf = (service: string) => ({
  id: `coupling/${service}`,
  name: 'InferenceCoupling',
  shortDescription: { text: `A call that needs ${service} over the network` },
  help: {
    text: 'Say what happens without it (a timeout, a retry, another answer), or move the model nearer: selvedge audit DIR --init drafts.',
  },
});

const secretRule = {
  id: 'secret-in-code',
  name: 'SecretInCode',
  shortDescription: { text: 'A provider’s key is written in the code' },
  help: { text: 'Revoke the key, and read its successor from the environment.' },
};

/** The severest first: what there is no room for matters least. */
const couplingResults = (findings: readonly Finding[]): Result[] =>
  findings
    .toSorted((a, b) => bySeverity.indexOf(a.severity) - bySeverity.indexOf(b.severity))
    .map(resultOf);

function resultOf(finding: Finding): Result {
  const { service, severity, evidence, offline, suggestedTier, tierReason } = finding;
  return {
    ruleId: `coupling/${service}`,
    level: levels[severity],
    message: textOf(
      `${evidence[0]?.says ?? service}. ${offline} Suggested tier: ${suggestedTier}, since ${tierReason}.`,
    ),
    locations: [placeOf(finding.file, { startLine: finding.line, endLine: finding.endLine })],
    relatedLocations: evidence.slice(1, 1 + maxRelated).map(({ file, line, says }) => ({
      ...placeOf(file, { startLine: line }),
      message: textOf(says),
    })),
    partialFingerprints: { 'selvedgeCoupling/v1': finding.fingerprint },
    ...(finding.new !== undefined && { baselineState: finding.new ? 'new' : 'unchanged' }),
    rank: Math.round(finding.confidence * 100),
    properties: { sync: finding.sync, data: finding.data, kind: finding.kind, suggestedTier },
  } as Result;
}

/** Told apart by file, key and which of several alike, since lines move. */
function secretResults(secrets: readonly SecretFinding[]): Result[] {
  const seen = new Map<string, number>();
  return secrets.map(({ file, line, service, masked, new: isNew }) => {
    const key = [file, service, masked].join('\n');
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    const print = createHash('sha256').update(`${key}\n${count}`).digest('hex').slice(0, 16);
    return {
      ruleId: secretRule.id,
      level: 'error',
      message: textOf(`A key of ${service} is written here: ${masked}`),
      locations: [placeOf(file, { startLine: line })],
      partialFingerprints: { 'selvedgeSecret/v1': print },
      ...(isNew !== undefined && { baselineState: isNew ? 'new' : 'unchanged' }),
    };
  });
}

function notificationsOf(report: AuditReport, leftOut: number): object[] {
  const { skipped } = report;
  const notAudited = skipped.notAudited.map(({ path, reason, detail }) => ({
    level: 'warning',
    message: textOf(`not audited: ${reason}${detail ? ` (${detail})` : ''}`),
    locations: [placeOf(path)],
  }));
  const partly = skipped.partlyAudited.map(({ path, line, detail }) => ({
    level: detail === undefined ? 'note' : 'warning',
    message: textOf(
      `partly audited: ${detail ?? `the parser does not understand code at line ${line}`}`,
    ),
    locations: [placeOf(path, line === undefined ? undefined : { startLine: line })],
  }));
  const notRead = notReadSentence(report);
  const languages = { level: 'note', message: textOf(notRead) };
  const rest = { level: 'warning', message: textOf(`${leftOut} more results are left out here`) };
  return [
    ...notAudited,
    ...partly,
    ...(notRead === '' ? [] : [languages]),
    ...(leftOut > 0 ? [rest] : []),
  ];
}

interface Region {
  readonly startLine: number;
  readonly endLine?: number;
}

const placeOf = (path: string, region?: Region) => ({
  physicalLocation: { artifactLocation: locationOf(path), ...(region && { region }) },
});

const textOf = (text: string) => ({
  text: text.length > maxText ? `${text.slice(0, maxText - 1)}…` : text,
});

const locationOf = (path: string) => ({
  uri: path.split('/').map(encodeURIComponent).join('/'),
  uriBaseId: 'SRCROOT',
});
