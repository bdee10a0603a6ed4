import { access, constants, stat } from 'node:fs/promises';
import { fail } from '@selvedge/core/errors';
import { apiVersion } from '@selvedge/core/schema';
import { defectDetail } from './defects.ts';
import { describe } from './facts/index.ts';
import {
  addressNames,
  type Coupling,
  callsOfOpened,
  clientFields,
  clientNames,
  declarationsBehind,
  declaredRequests,
  findHandedRequests,
  findHttpCalls,
  findRequests,
  findSdkCalls,
  findWrapperCalls,
  indexFilesOf,
  isCallOperator,
  isDefault,
  proxyDeclarations,
  proxyMethods,
  unreadHandlers,
  unreadRequestSenders,
  unreadSenders,
  type Wrapper,
  wrappersOf,
} from './find/index.ts';
import type { AuditReport, Finding, PartlyAudited } from './finding.ts';
import { type More, readSources, type Sources } from './read/sources.ts';
import { directoriesOf } from './report/directories.ts';
import { Project, readSettings, type Settings } from './resolve/index.ts';
import { loadRules, ownRules, type RuleBook, ruleBook } from './rules/index.ts';
import { wordsOf } from './token/index.ts';

export interface AuditOptions {
  /** Directories of rule files besides Selvedge's own; a rule of the same name takes its place. */
  readonly rules?: readonly string[];
  /** Tests too: what they call, nobody waits for. */
  readonly tests?: boolean;
  /** Told of each file on which the audit itself failed, and how. */
  readonly onDefect?: (path: string, error: Error) => void;
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
  return auditBy(rules, directory, options);
}

/** Audits a directory by rules that are read already. */
export async function auditBy(
  rules: RuleBook,
  directory: string,
  { tests, onDefect }: Omit<AuditOptions, 'rules'> = {},
): Promise<AuditReport> {
  const sources = await readSources(
    directory,
    (language) => wordsOf(rules.providers, language),
    tests,
  );
  try {
    const couplings = await findCouplings(sources, rules);
    const findings = describe(couplings, sources);
    for (const [path, error] of sources.defects) onDefect?.(path, error);
    return reportOf(findings, sources);
  } finally {
    await sources.end();
  }
}

/** Files that use what others declare are read as the declarations are found. */
async function findCouplings(sources: Sources, rules: RuleBook): Promise<Coupling[]> {
  const settings = readSettings(sources.settings);
  let project = await withNames(sources, rules, settings);
  const direct = [
    ...findSdkCalls(project, rules, settings),
    ...findHttpCalls(project, rules, settings),
    ...findRequests(project, rules, settings),
  ];
  let couplings = distinct([...direct, ...findHandedRequests(project, rules, settings, direct)]);
  const declared = [...declaredRequests(project, rules, settings), ...proxyMethods(project, rules)];
  const asked = new Set<string>();
  for (let round = 0; round < maxRounds; round++) {
    const wrappers = [...declared, ...wrappersOf(couplings)];
    const names = [...namesOf(wrappers), ...declarationsBehind(wrappers)].filter(
      (name) => !asked.has(name),
    );
    for (const name of names) asked.add(name);
    const more = [
      await sources.readMore({ words: names }),
      await readShort(wrappers, sources),
      await readDefaults(wrappers, sources),
    ];
    if (more.some((read) => read > 0)) project = await withIndexes(sources);
    const known = new Set(couplings.map(({ call }) => call));
    const calls = findWrapperCalls(project, wrappers, known);
    if (calls.length === 0) break;
    couplings = distinct([...couplings, ...calls]);
  }
  return couplings;
}

/** The project with the files that use addresses, clients and functions which others declare. */
async function withNames(sources: Sources, rules: RuleBook, settings: Settings): Promise<Project> {
  let project = projectOf(sources);
  const read = async (more: More) => {
    if (await sources.readMore(more)) project = projectOf(sources);
  };
  for (const more of addressNames(project, settings, rules)) await read(more);
  await read(clientNames(project, rules));
  await read(clientFields(project, rules, sources.unread));
  await read({ words: callsOfOpened(project, rules) });
  await read({ words: proxyDeclarations(project) });
  const asked = new Set<string>();
  for (let round = 0; round < maxRounds; round++) {
    const words = [
      ...unreadSenders(project, rules, settings),
      ...unreadHandlers(project),
      ...unreadRequestSenders(project),
    ].filter((each) => !asked.has(each));
    if (words.length === 0) break;
    for (const each of words) asked.add(each);
    await read({ words });
  }
  return withIndexes(sources);
}

/** The project with the index files that pass names on. */
async function withIndexes(sources: Sources): Promise<Project> {
  const project = projectOf(sources);
  const paths = indexFilesOf(project, sources);
  if (paths.size === 0) return project;
  const words = ['export', 'import', 'mod '];
  return (await sources.readMore({ words, paths })) ? projectOf(sources) : project;
}

const maxRounds = 3;

const projectOf = ({ parsed, names, defects }: Sources): Project =>
  new Project(parsed, names, defects);

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
  await access(directory, constants.R_OK | constants.X_OK).catch((cause: unknown) =>
    fail('usage', `${directory} may not be read by this user`, {
      hint: 'give a directory that you may read, or run it as a user who may',
      details: { directory },
      cause,
    }),
  );
}

/** A call of a wrapper names it, or the type of an object that is called. */
const namesOf = (wrappers: readonly Wrapper[]): string[] => [
  ...new Set(
    wrappers
      .map(({ fn }) => (isCallOperator(fn.name) ? (fn.owner ?? '') : fn.name))
      .filter((name) => name.length >= telling && name !== 'default'),
  ),
];

/** A shorter name (`ask`) is part of too many words: who calls it names its module as well. */
const telling = 4;

async function readShort(wrappers: readonly Wrapper[], sources: Sources): Promise<number> {
  const short = wrappers.filter(({ fn: { name } }) => name.length > 0 && name.length < telling);
  if (short.length === 0) return 0;
  const modules = new Set(short.map(({ file }) => moduleName(file.path)).filter(Boolean));
  return sources.readMore({ words: new Set(short.map(({ fn }) => fn.name)), beside: [...modules] });
}

/** What a module exports by default has a name of its importer's own: the module tells. */
async function readDefaults(wrappers: readonly Wrapper[], sources: Sources): Promise<number> {
  const modules = new Set(wrappers.filter(isDefault).map(({ file }) => moduleName(file.path)));
  if (modules.size === 0) return 0;
  return sources.readMore({
    words: ['import', 'require'],
    beside: [...modules].flatMap((each) => [`/${each}'`, `/${each}"`, `/${each}.`]),
  });
}

/** As an import names it: the file, or its directory where the file is an index. */
const moduleName = (path: string): string => {
  const parts = path.replace(/\.\w+$/, '').split('/');
  return (/^(index|__init__|mod)$/.test(parts.at(-1) ?? '') ? parts.at(-2) : parts.at(-1)) ?? '';
};

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
      ...leftOut(sources.skipped),
      notAudited: own,
      partlyAudited: partlyAudited(sources),
      notRead: mostFirst(sources.notRead),
    },
    findings: coupled,
    local,
    secrets: sources.secrets,
    directories: directoriesOf([...sources.parsed, ...sources.unread].map(({ path }) => path)),
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

/** A file that is not understood in part, and on which the audit failed as well, is one. */
function partlyAudited({ partlyAudited, defects }: Sources): PartlyAudited[] {
  const byPath = new Map(partlyAudited.map((each) => [each.path, each]));
  for (const [path, error] of defects)
    byPath.set(path, { path, ...byPath.get(path), detail: defectDetail(error) });
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** How many source files are left out, by reason; a link or a file counts one. */
function leftOut(skipped: Sources['skipped']): { total: number; byReason: Record<string, number> } {
  const byReason: Record<string, number> = {};
  for (const { reason, files = 1 } of skipped)
    if (files > 0) byReason[reason] = (byReason[reason] ?? 0) + files;
  return { total: Object.values(byReason).reduce((sum, each) => sum + each, 0), byReason };
}

const mostFirst = (counts: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));

function count<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return Object.fromEntries(counts);
}
