import { stat } from 'node:fs/promises';
import { fail } from '@selvedge/core/errors';
import { apiVersion } from '@selvedge/core/schema';
import { describe } from './facts/index.ts';
import {
  addressNames,
  type Coupling,
  declaredRequests,
  findHttpCalls,
  findSdkCalls,
  findWrapperCalls,
  type Wrapper,
  wrappersOf,
} from './find/index.ts';
import type { AuditReport, Finding } from './finding.ts';
import { readSources, type Sources } from './read/sources.ts';
import { Project, readSettings } from './resolve/index.ts';
import { loadRules, ownRules, type RuleBook, ruleBook } from './rules/index.ts';
import { wordsOf } from './token/index.ts';

export interface AuditOptions {
  /** Directories of rule files besides Selvedge's own; a rule of the same name takes its place. */
  readonly rules?: readonly string[];
  /** Tests too: what they call, nobody waits for. */
  readonly tests?: boolean;
}

/**
 * Finds every place under a directory where code reaches a model over the network. Reads, and
 * nothing else: no file is written, no link followed, nothing sent.
 *
 * @throws SelvedgeError `not-found` or `usage` when the directory is not one; `bad-document` for a
 * rule file. What cannot be read or parsed below the directory is listed in the report instead.
 */
export async function audit(directory: string, options: AuditOptions = {}): Promise<AuditReport> {
  await checkDirectory(directory);
  const rules = ruleBook(await loadRules([ownRules, ...(options.rules ?? [])]));
  const sources = await readSources(
    directory,
    (language) => wordsOf(rules.providers, language),
    options.tests,
  );
  try {
    const couplings = await findCouplings(sources, rules);
    return reportOf(describe(couplings, sources.manifests), sources);
  } finally {
    await sources.end();
  }
}

/** Files that use what others declare are read as the declarations are found: addresses, wrappers. */
async function findCouplings(sources: Sources, rules: RuleBook): Promise<Coupling[]> {
  const settings = readSettings(sources.settings);
  let project = new Project(sources.parsed);
  if (await sources.readMore({ words: addressNames(project, settings, rules) }))
    project = new Project(sources.parsed);
  let couplings = distinct([
    ...findSdkCalls(project, rules),
    ...findHttpCalls(project, rules, settings),
  ]);
  const declared = declaredRequests(project, rules);
  const asked = new Set<string>();
  for (let round = 0; round < maxRounds; round++) {
    const wrappers = [...declared, ...wrappersOf(couplings)];
    const names = namesOf(wrappers).filter((name) => !asked.has(name));
    for (const name of names) asked.add(name);
    if (await sources.readMore({ words: names })) project = new Project(sources.parsed);
    const known = new Set(couplings.map(({ call }) => call));
    const more = findWrapperCalls(project, wrappers, known);
    if (more.length === 0) break;
    couplings = distinct([...couplings, ...more]);
  }
  return couplings;
}

const maxRounds = 3;

async function checkDirectory(directory: string): Promise<void> {
  const found = await stat(directory).catch((cause: unknown) =>
    fail('not-found', `${directory} cannot be read`, {
      hint: 'give the directory of a codebase',
      details: { directory },
      cause,
    }),
  );
  if (!found.isDirectory())
    fail('usage', `${directory} is not a directory`, {
      hint: 'give the directory of a codebase',
      details: { directory },
    });
}

/** A call of a wrapper names it. */
const namesOf = (wrappers: readonly Wrapper[]): string[] => [
  ...new Set(wrappers.map(({ fn }) => fn.name).filter((name) => name.length >= 4)),
];

/** One call may match several rules; the surest stays. */
function distinct(couplings: readonly Coupling[]): Coupling[] {
  const best = new Map<string, Coupling>();
  for (const coupling of couplings) {
    const { file, call } = coupling;
    const key = `${file.path}:${call.expr.line}`;
    const before = best.get(key);
    if (!before || before.confidence < coupling.confidence) best.set(key, coupling);
  }
  return [...best.values()];
}

function reportOf(findings: readonly Finding[], sources: Sources): AuditReport {
  const coupled = findings.filter(({ kind }) => kind !== 'local');
  const local = findings.filter(({ kind }) => kind === 'local');
  const own = sources.skipped.filter(
    ({ reason }) => !['ignored', 'vendored', 'generated', 'test', 'link'].includes(reason),
  );
  return {
    apiVersion,
    kind: 'AuditReport',
    files: sources.files,
    skipped: {
      total: sources.skipped.length,
      byReason: count(sources.skipped, ({ reason }) => reason),
      notAudited: own,
    },
    findings: coupled,
    local,
    secrets: sources.secrets,
    directories: directoriesOf(sources),
    summary: {
      findings: coupled.length,
      local: local.length,
      secrets: sources.secrets.length,
      byService: count(coupled, ({ service }) => service),
      bySeverity: count(coupled, ({ severity }) => severity),
      bySync: count(coupled, ({ sync }) => sync),
    },
  };
}

/** Deeper directories count to the one at this depth. */
const maxDirectoryDepth = 3;

function directoriesOf({ parsed, unread }: Sources): AuditReport['directories'] {
  const files = count([...parsed, ...unread], ({ path }) => {
    const parts = path.split('/').slice(0, -1).slice(0, maxDirectoryDepth);
    return parts.join('/') || '.';
  });
  return Object.entries(files).map(([path, each]) => ({ path, files: each }));
}

function count<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return Object.fromEntries(counts);
}
