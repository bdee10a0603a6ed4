import { fail } from '@selvedge/core/errors';
import type { AuditReport } from '../finding.ts';

/**
 * Marks what a report holds that an earlier one did not.
 *
 * @param earlier the text of an earlier `selvedge audit --json`
 * @param file names it in messages
 * @throws SelvedgeError `bad-document` where it is no audit's report
 */
export function againstBaseline(report: AuditReport, earlier: string, file: string): AuditReport {
  const known = fingerprintsIn(earlier, file);
  const findings = report.findings.map((finding) => ({
    ...finding,
    new: !known.has(finding.fingerprint),
  }));
  const present = new Set(findings.map(({ fingerprint }) => fingerprint));
  const gone = [...known].filter((each) => !present.has(each)).length;
  const fresh = findings.filter((finding) => finding.new).length;
  return {
    ...report,
    findings,
    baseline: { known: findings.length - fresh, new: fresh, gone },
  };
}

function fingerprintsIn(text: string, file: string): Set<string> {
  const { findings } = parsed(text, file) as { findings?: unknown };
  const fingerprints = Array.isArray(findings)
    ? findings.map((finding: { fingerprint?: unknown } | null) => finding?.fingerprint)
    : [undefined];
  if (!fingerprints.every((each) => typeof each === 'string'))
    return refuse(file, 'findings must be a list in which each has a fingerprint');
  return new Set(fingerprints);
}

function parsed(text: string, file: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    return refuse(file, (cause as Error).message);
  }
  return typeof value === 'object' && value !== null ? value : refuse(file, 'is no object');
}

const refuse = (file: string, problem: string): never =>
  fail('bad-document', `${file}: ${problem}`, {
    hint: 'expected what selvedge audit DIR --json printed',
    details: { from: file },
  });
