import type { AuditReport, Finding, SecretFinding } from '../finding.ts';

const levels = { high: 'error', medium: 'warning', low: 'note', info: 'none' } as const;

/**
 * The report as SARIF 2.1.0 (OASIS, 2020), which code hosts show beside the lines. Engines on the
 * machine itself are no results; what could not be audited is a notification.
 */
export function sarifOf(report: AuditReport): object {
  const services = [...new Set(report.findings.map(({ service }) => service))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'selvedge audit', rules: [...services.map(ruleOf), secretRule] } },
        originalUriBaseIds: { SRCROOT: { description: { text: 'the audited directory' } } },
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: report.skipped.notAudited.map(
              ({ path, reason, detail }) => ({
                level: 'warning',
                message: { text: `not audited: ${reason}${detail ? ` (${detail})` : ''}` },
                locations: [{ physicalLocation: { artifactLocation: locationOf(path) } }],
              }),
            ),
          },
        ],
        results: [...report.findings.map(resultOf), ...report.secrets.map(secretOf)],
        columnKind: 'utf16CodeUnits',
      },
    ],
  };
}

const ruleOf = (service: string) => ({
  id: `coupling/${service}`,
  shortDescription: { text: `A call that needs ${service} over the network` },
});

const secretRule = {
  id: 'secret-in-code',
  shortDescription: { text: 'A provider’s key is written in the code' },
};

function resultOf(finding: Finding): object {
  const { service, severity, evidence, offline, suggestedTier, tierReason } = finding;
  return {
    ruleId: `coupling/${service}`,
    level: levels[severity],
    message: {
      text: `${evidence[0]?.says ?? service}. ${offline} Suggested tier: ${suggestedTier}, since ${tierReason}.`,
    },
    locations: [
      {
        physicalLocation: {
          artifactLocation: locationOf(finding.file),
          region: { startLine: finding.line, endLine: finding.endLine },
        },
      },
    ],
    relatedLocations: evidence.slice(1).map(({ file, line, says }) => ({
      physicalLocation: { artifactLocation: locationOf(file), region: { startLine: line } },
      message: { text: says },
    })),
    partialFingerprints: { 'selvedgeCoupling/v1': finding.fingerprint },
    rank: Math.round(finding.confidence * 100),
    properties: { sync: finding.sync, data: finding.data, kind: finding.kind, suggestedTier },
  };
}

const secretOf = ({ file, line, service, masked }: SecretFinding): object => ({
  ruleId: 'secret-in-code',
  level: 'error',
  message: { text: `A key of ${service} is written here: ${masked}` },
  locations: [
    { physicalLocation: { artifactLocation: locationOf(file), region: { startLine: line } } },
  ],
});

const locationOf = (path: string) => ({
  uri: path.split('/').map(encodeURIComponent).join('/'),
  uriBaseId: 'SRCROOT',
});
