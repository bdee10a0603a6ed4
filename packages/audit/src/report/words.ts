import type { AuditReport, Finding, PartlyAudited } from '../finding.ts';

export const severities = ['high', 'medium', 'low'] as const;

/** The whole report in a sentence. */
export function summarySentence(report: AuditReport): string {
  const unread = report.skipped.byReason['no-parser'] ?? 0;
  if (unread === 0) return answerOf(report);
  const more = unread === 1 ? 'more was' : 'more were';
  return `${answerOf(report)} ${count(unread)} ${more} not audited: a parser is missing.`;
}

function answerOf({ findings, local, files }: AuditReport): string {
  const source = `${count(files)} source ${files === 1 ? 'file' : 'files'}`;
  if (findings.length === 0)
    return `No call of a model over the network in ${source}${local.length > 0 ? `, and ${count(local.length)} of engines on the machine itself` : ''}.`;
  const waiting = findings.filter(({ sync }) => sync === 'request').length;
  const personal = findings.filter((each) => each.personal.length > 0).length;
  const some = (n: number) => (n === 0 ? 'none' : count(n));
  const calls = `${count(findings.length)} ${findings.length === 1 ? 'call needs' : 'calls need'} a model over the network`;
  return `${calls} in ${source}; a user waits for ${some(waiting)}, and ${some(personal)} may send what is personal.`;
}

/** What is new against a baseline, and what is gone, in a sentence. */
export function baselineSentence({ baseline }: AuditReport): string {
  if (!baseline) return '';
  const { secrets: keys } = baseline;
  const changed = keys.new > 0 || keys.gone > 0;
  return `Against the baseline: ${baseline.new} new, ${baseline.gone} gone${changed ? `; of keys, ${keys.new} new, ${keys.gone} gone` : ''}.`;
}

/** What a call lacks against a slow or absent service; what its SDK does unasked is said along. */
export function missingOf({ resilience }: Finding): string {
  const { byDefault } = resilience;
  const unasked: Readonly<Record<'timeout' | 'retry' | 'fallback', string>> = {
    fallback: '',
    timeout: byDefault?.timeoutSeconds ? `SDK: ${duration(byDefault.timeoutSeconds)}` : '',
    retry: byDefault?.retries ? `SDK: ${byDefault.retries}` : '',
  };
  const missing = (['timeout', 'retry', 'fallback'] as const)
    .filter((each) => !resilience[each])
    .map((each) => `no ${each}${unasked[each] ? ` (${unasked[each]})` : ''}`);
  return missing.length === 0 ? 'all there' : missing.join(', ');
}

/** `10 min`, `60 s`. */
export const duration = (seconds: number): string =>
  seconds >= 120 ? `${Math.round(seconds / 6) / 10} min` : `${seconds} s`;

export const waitsWord: Readonly<Record<Finding['sync'], string>> = {
  request: 'a user',
  background: 'nobody (background)',
  batch: 'nobody (batch)',
  unknown: 'not known',
};

export const serviceOf = ({ service, model }: Finding): string =>
  model === undefined ? service : `${service} ${model}`;

/** One, and several. */
const reasonWords: Readonly<Record<string, readonly [string, string]>> = {
  ignored: ['ignored by git', 'ignored by git'],
  test: ['test', 'tests'],
  link: ['link', 'links'],
  'too-large': ['too large', 'too large'],
  'no-parser': ['without a parser', 'without a parser'],
  'not-parsed': ['not parsed', 'not parsed'],
};

/** What was left out, and why, in a sentence; empty where nothing was. */
export function skippedSentence({ skipped }: AuditReport): string {
  const reasons = Object.entries(skipped.byReason).map(
    ([reason, n]) =>
      `${count(n)} ${(n === 1 ? reasonWords[reason]?.[0] : reasonWords[reason]?.[1]) ?? reason}`,
  );
  return reasons.length === 0 ? '' : `Left out: ${reasons.join(', ')}.`;
}

/** Which languages were not read, in a sentence; empty where all were. */
export function notReadSentence({ skipped }: AuditReport): string {
  const languages = Object.entries(skipped.notRead).map(
    ([language, n]) => `${language} (${count(n)} ${n === 1 ? 'file' : 'files'})`,
  );
  return languages.length === 0
    ? ''
    : `Not read, so no call in it is found: ${languages.join(', ')}.`;
}

/** Over what was audited in part. */
export const partlySentence =
  'Calls in these files may be missing; a line is the first that the parser does not understand';

/** Where a file is not understood. */
export const partlyPlace = ({ path, line }: PartlyAudited): string =>
  line === undefined ? path : `${path}:${line}`;

const count = (value: number): string => value.toLocaleString('en-US');
