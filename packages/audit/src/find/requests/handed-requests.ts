import { type CallSite, type CodeFunction, type Expr, pathOf } from '../../language/code.ts';
import { type Project, type Settings, type SourceFile, textsOf } from '../../resolve/index.ts';
import type { ProviderRule, RuleBook } from '../../rules/index.ts';
import { addressMatcher, isManaging, type MatchAddress, shownAddress } from '../addresses/index.ts';
import { type Coupling, requestCoupling } from '../coupling.ts';
import { named } from './made-by.ts';

/**
 * Requests that a function is handed ready to send (`fn ask(builder: RequestBuilder)`, Go's
 * `*http.Request`, a `PreparedRequest`). Whose they are, the addresses beside say: those that the
 * same file writes, of the function whose name is nearest. A function that knows none hands the
 * question to its callers.
 *
 * @param known requests that were found where they are made: their files have no others
 */
export function findHandedRequests(
  project: Project,
  rules: RuleBook,
  settings: Settings,
  known: readonly Coupling[],
): Coupling[] {
  const match = addressMatcher(rules.providers);
  const made = new Set(known.filter(({ kind }) => kind === 'http').map(({ file }) => file));
  const written = new Map<SourceFile, readonly Written[]>();
  let sends = project
    .inFiles(handedSends)
    .filter(({ file, fn }) => !made.has(file) || isNamedAfter(fn.name, rules));
  const found: Coupling[] = [];
  const seen = new Set<CallSite>();
  for (let round = 0; sends.length > 0 && round < maxRounds; round++) {
    const passing: CodeFunction[] = [];
    for (const { file, call, fn } of sends) {
      if (seen.has(call)) continue;
      seen.add(call);
      if (managing.test(fn.name)) continue;
      const beside =
        written.get(file) ??
        project.defects.within(file.path, () =>
          writtenBeside(file, made, project, settings, match),
        ) ??
        [];
      written.set(file, beside);
      const nearest = nearestTo(fn.name, beside);
      if (nearest) found.push(couplingOf(file, call, nearest));
      else passing.push(fn);
    }
    sends = passing.flatMap((fn) => callersOf(fn, project));
  }
  return found;
}

/** Beside requests that were found, what carries any of them is none; `sendToGemini` is no carrier. */
const isNamedAfter = (name: string, { providers }: RuleBook): boolean =>
  wordsOf(name).some(
    (word) =>
      word.length >= 5 &&
      providers.some(({ name: of, names }) => of.split('-')[0] === word || names.includes(word)),
  );

/** Names of functions that are handed a request and stand in no file that was read. */
export function unreadHandlers(project: Project): string[] {
  const names = project.inFiles((file) => {
    const kind = ready[file.language.id];
    if (!kind) return [];
    return file.code.calls.flatMap((call) => {
      const { callee } = call.expr;
      const fn = named(call.fn);
      if (callee.is !== 'name' || !fn || !isHanded(call, '', fn, kind.type)) return [];
      return project.functionsNamed(callee.name).length === 0 ? [callee.name] : [];
    });
  });
  return [...new Set(names)].filter((name) => name.length >= 4);
}

const maxRounds = 3;

interface HandedSend {
  readonly file: SourceFile;
  readonly call: CallSite;
  /** The function that is handed what it sends. */
  readonly fn: CodeFunction;
}

/** An address that a file writes, and where. */
interface Written {
  readonly address: string;
  readonly provider: ProviderRule;
  readonly by: 'host' | 'variable' | 'path';
  readonly file: SourceFile;
  /** The function around it. */
  readonly name: string;
  readonly line: number;
}

/** Types of requests that are ready to be sent, and what sends them, by language. */
const ready: Readonly<Record<string, { readonly type: RegExp; readonly sends: RegExp }>> = {
  rust: { type: /\bRequest(Builder)?\b/, sends: /^(send|eventsource|execute)$/ },
  go: { type: /^\*?(http|retryablehttp)\.Request$/, sends: /^Do$/ },
  python: { type: /\b(Prepared)?Request\b/, sends: /^send$/ },
};

function handedSends(file: SourceFile): HandedSend[] {
  const kind = ready[file.language.id];
  if (!kind) return [];
  return file.code.calls.flatMap((call): HandedSend[] => {
    const path = pathOf(call.expr.callee);
    if (!kind.sends.test(path.at(-1) ?? '')) return [];
    const fn = named(call.fn);
    return fn && isHanded(call, path[0] ?? '', fn, kind.type) ? [{ file, call, fn }] : [];
  });
}

/** Whether what a call sends is a parameter of the function around it: its object or an argument. */
function isHanded(
  { expr }: CallSite,
  object: string,
  { params }: CodeFunction,
  type: RegExp,
): boolean {
  const names = [
    object,
    ...expr.args.flatMap(({ value }) => (value.is === 'name' ? [value.name] : [])),
  ];
  return params.some((each) => names.includes(each.name) && type.test(each.type ?? ''));
}

/** Calls of a function that hands on what it is given, in functions that are handed it too. */
function callersOf(fn: CodeFunction, project: Project): HandedSend[] {
  if (fn.name.length < 4 || project.functionsNamed(fn.name).length > 3) return [];
  return project.callsOf(fn.name).flatMap(({ file, call }): HandedSend[] => {
    const kind = ready[file.language.id];
    const around = named(call.fn);
    if (!kind || !around || pathOf(call.expr.callee).at(-1) !== fn.name) return [];
    return isHanded(call, '', around, kind.type) ? [{ file, call, fn: around }] : [];
  });
}

/** Addresses of a file, or else of its package where nothing else there sends. */
function writtenBeside(
  file: SourceFile,
  made: ReadonlySet<SourceFile>,
  project: Project,
  settings: Settings,
  match: MatchAddress,
): Written[] {
  const own = writtenIn(file, project, settings, match);
  const others = project.neighbours(file).filter((each) => each !== file);
  if (own.length > 0 || others.some((each) => made.has(each))) return own;
  return others.flatMap((each) => writtenIn(each, project, settings, match));
}

/** Addresses in what a file binds, with those of hosts alone. */
function writtenIn(
  file: SourceFile,
  project: Project,
  settings: Settings,
  match: MatchAddress,
): Written[] {
  return file.code.bindings.flatMap(({ value, fn, owner, line }): Written[] => {
    const site = { file, fn, owner };
    for (const text of writtenTexts(value, 3).flatMap((each) =>
      textsOf(each, site, project, settings),
    )) {
      const address = isHost.test(text) ? `https://${text}/` : text;
      if (isManaging(address)) continue;
      const found = match(address, file.text);
      if (found) return [{ ...found, file, address, name: named(fn)?.name ?? '', line }];
    }
    return [];
  });
}

/** A text, or those of a record: a configuration. */
function writtenTexts(value: Expr | undefined, depth: number): Expr[] {
  if (!value || depth === 0) return [];
  if (value.is === 'text') return [value];
  return value.is === 'record'
    ? value.entries.flatMap(([, each]) => writtenTexts(each, depth - 1))
    : [];
}

const isHost = /^[\w\0$-]+(\.[\w\0$-]+){2,}$/;

/** The address of the function that shares most words with a name. */
function nearestTo(name: string, written: readonly Written[]): Written | undefined {
  const words = new Set(wordsOf(name));
  const shared = (each: Written) => wordsOf(each.name).filter((word) => words.has(word)).length;
  return written.toSorted((a, b) => shared(b) - shared(a))[0];
}

const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split('_');

/** What asks for a token or a list of models infers nothing. */
const managing = /token|login|auth|list_?models|fetch_?models|models$/i;

function couplingOf(
  file: SourceFile,
  call: CallSite,
  { provider, address, by, line, file: of }: Written,
): Coupling {
  const confidence = by === 'path' ? 0.6 : 0.7;
  const sign = { file: of, line, says: `${shownAddress(address)} is written here` };
  const says = 'sends the request that it is handed';
  return requestCoupling({ file, call, provider, confidence }, says, sign);
}
