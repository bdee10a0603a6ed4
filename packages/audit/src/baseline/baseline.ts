import { fail } from '@selvedge/core/errors';
import type { AuditReport, Finding, SecretFinding } from '../finding.ts';
import { keysAgainst } from './known-keys.ts';

/** As much of an earlier finding as tells it from others. */
interface Known {
  readonly fingerprint: string;
  /** What stays when its file or its function is called otherwise; absent where nothing is known. */
  readonly likeness?: string;
}

/**
 * Marks what a report holds that an earlier one did not. A call that is gone from one place and
 * stands in another, written the same, has moved: it is known. So is a key that it knew anywhere.
 *
 * @param earlier the text of an earlier `selvedge audit --json`
 * @param file names it in messages
 * @throws SelvedgeError `bad-document` where it is no audit's report
 */
export function againstBaseline(report: AuditReport, earlier: string, file: string): AuditReport {
  const document = parsed(earlier, file);
  const known = knownIn(document, file);
  const keys = keysAgainst(report.secrets, keysIn(document, file));
  const fingerprints = new Set(known.map(({ fingerprint }) => fingerprint));
  const present = new Set(report.findings.map(({ fingerprint }) => fingerprint));
  const gone = known.filter(({ fingerprint }) => !present.has(fingerprint));
  const findings = report.findings.map((finding) => ({
    ...finding,
    new: !fingerprints.has(finding.fingerprint) && !takeMoved(finding, gone),
  }));
  const fresh = findings.filter((finding) => finding.new).length;
  return {
    ...report,
    findings,
    secrets: keys.secrets,
    baseline: {
      known: findings.length - fresh,
      new: fresh,
      gone: gone.length,
      secrets: {
        known: keys.secrets.filter((each) => !each.new).length,
        new: keys.secrets.filter((each) => each.new).length,
        gone: keys.gone,
      },
    },
  };
}

/** Takes the call that a finding was, if it is among those that are gone. */
function takeMoved(finding: Finding, gone: Known[]): boolean {
  const likeness = likenessOf(finding);
  const at = gone.findIndex((each) => each.likeness !== undefined && each.likeness === likeness);
  if (at >= 0) gone.splice(at, 1);
  return at >= 0;
}

type Written = Partial<Pick<Finding, 'fingerprint' | 'service' | 'kind' | 'evidence'>> | null;

function likenessOf(finding: Written): string | undefined {
  const code = finding?.evidence?.[0]?.code;
  return typeof code === 'string' && code !== ''
    ? [finding?.service, finding?.kind, code].join('\n')
    : undefined;
}

function knownIn(document: object, file: string): Known[] {
  const { findings } = document as { findings?: unknown };
  if (!Array.isArray(findings)) return refuse(file, 'findings must be a list');
  return findings.map((finding: Written, at): Known => {
    const fingerprint = finding?.fingerprint;
    if (typeof fingerprint !== 'string')
      return refuse(file, `findings[${at}].fingerprint must be a string`);
    const likeness = likenessOf(finding);
    return { fingerprint, ...(likeness !== undefined && { likeness }) };
  });
}

function keysIn(document: object, file: string): Partial<SecretFinding>[] {
  const { secrets = [] } = document as { secrets?: unknown };
  if (!Array.isArray(secrets)) return refuse(file, 'secrets must be a list');
  return secrets.map((each: Partial<SecretFinding> | null, at) => {
    if (typeof each !== 'object' || each === null)
      return refuse(file, `secrets[${at}] must be an object`);
    if (!['string', 'undefined'].includes(typeof each.fingerprint))
      return refuse(file, `secrets[${at}].fingerprint must be a string`);
    return each;
  });
}

function parsed(text: string, file: string): object {
  let value: unknown;
  try {
    // Some shells begin a file with a byte order mark.
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
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
