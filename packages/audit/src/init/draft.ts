import { AuthorPolicy, parseBlueprint } from '@selvedge/core/blueprint';
import { parseDocument, type Tier } from '@selvedge/core/schema';
import { parse, stringify } from 'yaml';
import { taskOf } from '../facts/index.ts';
import type { AuditReport, Finding } from '../finding.ts';

/** A family that could take over a group of calls: the texts of its first blueprint and policy. */
export interface Draft {
  /** The group's name, and its directory's. */
  readonly name: string;
  readonly blueprint: string;
  readonly policy: string;
  readonly findings: readonly Finding[];
}

const apiVersion = 'selvedge.dev/v1';
const tiers: readonly Tier[] = ['device', 'edge', 'cloud'];

/**
 * Drafts a blueprint and a routing policy for each group of findings that one family of models could
 * serve: those with the same task. Both are checked as `build` and `publish` check them.
 *
 * @param owner the families' owner, a slug
 */
export function draftsFor({ findings }: AuditReport, owner: string): Draft[] {
  const groups = Map.groupBy(findings, taskOf);
  return [...groups].map(([task, group]) => {
    const draft = {
      name: task,
      blueprint: blueprintText(`${owner}/${task}`, group),
      policy: policyText(group),
      findings: group,
    };
    parseBlueprint(parse(draft.blueprint), `${task}/selvedge.yaml`);
    parseDocument(AuthorPolicy, parse(draft.policy), `${task}/policy.yaml`);
    return draft;
  });
}

function blueprintText(family: string, group: readonly Finding[]): string {
  const wanted = tiers.filter((tier) => group.some((each) => each.suggestedTier === tier));
  const heading = comment([
    'A draft, made from these calls:',
    ...byReason(group),
    '',
    ...budgetNotes(group),
    'Put a model beside it for each tier, state its bar under quality, and its licence;',
    'then: selvedge build selvedge.yaml --out build',
  ]);
  const document = {
    apiVersion,
    kind: 'Blueprint',
    family,
    version: '0.1.0',
    licence: 'unknown',
    tiers: Object.fromEntries(wanted.map((tier) => [tier, tierOf(tier, group)])),
    policy: 'policy.yaml',
  };
  return `${heading}${stringify(document)}`;
}

/** The calls under what is suggested for them. */
const byReason = (group: readonly Finding[]): string[] =>
  [...Map.groupBy(group, (each) => `${each.suggestedTier}: ${each.tierReason}`)].flatMap(
    ([reason, calls]) => [
      `  ${reason}`,
      ...calls.map(({ file, line, service }) => `    ${file}:${line} ${service}`),
    ],
  );

function tierOf(tier: Tier, group: readonly Finding[]): object {
  const maxLatencyMs = awaitedMs(tier, group);
  return {
    source: `${tier}.onnx`,
    precisions: tier === 'device' ? ['fp32', 'fp16', 'int8-dynamic'] : ['fp32', 'fp16'],
    ...(maxLatencyMs !== undefined && { budget: { maxLatencyMs } }),
  };
}

/** How long users wait at most, by the shortest timeout that the code states. */
function awaitedMs(tier: Tier, group: readonly Finding[]): number | undefined {
  const stated = group.flatMap(({ suggestedTier, sync, resilience: { timeoutMs } }) =>
    suggestedTier === tier && sync === 'request' && timeoutMs !== undefined ? [timeoutMs] : [],
  );
  return stated.length === 0 ? undefined : Math.min(...stated);
}

const budgetNotes = (group: readonly Finding[]): string[] =>
  tiers.some((tier) => awaitedMs(tier, group) !== undefined)
    ? ['maxLatencyMs is the shortest timeout in the code: after that nobody listens.']
    : ['No timeout in the code says how long users wait: a budget is yours to state.'];

function policyText(group: readonly Finding[]): string {
  const personal = group.filter((each) => each.personal.length > 0);
  const strictest = tiers.find((tier) => personal.some((each) => each.suggestedTier === tier));
  const signs = [...new Set(personal.flatMap((each) => each.personal.map(({ sign }) => sign)))];
  const heading = comment([
    'A draft. Labels say how far data may go; a request carries them.',
    strictest
      ? `Names in these calls suggest personal data: ${signs.slice(0, 8).join(', ')}.`
      : 'No name in these calls suggests personal data; read them before you rely on it.',
    'Ask it before you publish: selvedge route explain --policy policy.yaml --request … --facts …',
  ]);
  const document = {
    apiVersion,
    kind: 'Policy',
    labels: { personal: strictest ?? 'device', public: 'cloud' },
    unlabelled: strictest ?? 'cloud',
    rules: [
      ...(strictest ? [privacyRule(strictest)] : []),
      {
        id: 'offline',
        when: 'has(device.network) && device.network == "none"',
        require: 'candidate.tier == "device"',
      },
    ],
  };
  return `${heading}${stringify(document)}`;
}

/** Personal data fails closed: no place left is a refusal, and no outage that something works around. */
const privacyRule = (tier: Tier) => ({
  id: 'personal-stays',
  code: 'privacy',
  when: '"personal" in request.labels',
  require:
    tier === 'device' ? 'candidate.tier == "device"' : 'candidate.tier in ["device", "edge"]',
});

const comment = (lines: readonly string[]): string =>
  lines
    .map((line) => `# ${line.replace(/[\p{Cc}\u2028\u2029]/gu, ' ')}`.trimEnd())
    .join('\n')
    .concat('\n');
