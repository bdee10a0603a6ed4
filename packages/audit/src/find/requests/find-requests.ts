import { type CallSite, type CodeFunction, type Expr, pathOf } from '../../language/code.ts';
import type { LanguageId } from '../../language/languages.ts';
import { type Project, type Settings, type SourceFile, textsWithin } from '../../resolve/index.ts';
import type { ProviderRule, RuleBook } from '../../rules/index.ts';
import {
  addressMatcher,
  addressOnBase,
  baseAddressesOf,
  isForeign,
  isManaging,
  type MatchAddress,
  shownAddress,
  surestMatch,
} from '../addresses/index.ts';
import { type Coupling, requestCoupling } from '../coupling.ts';
import { sendsRequests } from '../request-languages.ts';
import { handsOn } from './hands-on.ts';
import { type FunctionsByName, functionsByName, madeBy, named } from './made-by.ts';
import { type Sends, sendsIn } from './sends.ts';
import { type ReadSigns, type RequestSigns, signsReader } from './signs.ts';
import { unsaidAddress } from './unsaid-addresses.ts';

/**
 * Requests in languages where one place builds a request and another sends it (Java, Kotlin, Swift,
 * C#). A finding stands where it is sent; whose it is, its address says, or else the functions that
 * make it. A function that sends whatever it is given makes its callers those who send.
 */
export function findRequests(project: Project, rules: RuleBook, settings: Settings): Coupling[] {
  const search: Search = {
    project,
    settings,
    match: addressMatcher(rules.providers),
    signs: signsReader(rules.providers),
    providers: rules.providers,
    functions: functionsByName(project),
  };
  let sends = project.inFiles((file) => file.code.calls.flatMap((call) => sendOf(call, file)));
  const found: Coupling[] = [];
  const passing = new Map<CodeFunction, Send>();
  for (let round = 0; sends.length > 0 && round < maxRounds; round++) {
    const before = passing.size;
    for (const send of sends) {
      const { path } = send.file;
      const coupling = project.defects.within(path, () => requestOf(send, search));
      const around = named(send.call.fn);
      if (coupling) found.push(coupling);
      else if (around && send.sends === 'surely' && handsOn(send.call, around, send.file)) {
        passing.set(around, send);
      }
    }
    sends = passing.size > before ? callsOf(passing, search, sends) : [];
  }
  return [...found, ...handedOver(found, passing)];
}

/** Functions around functions that send: farther is not followed. */
const maxRounds = 3;

interface Search {
  readonly project: Project;
  readonly settings: Settings;
  readonly match: MatchAddress;
  readonly signs: ReadSigns;
  readonly providers: readonly ProviderRule[];
  readonly functions: FunctionsByName;
}

interface Send {
  readonly file: SourceFile;
  readonly call: CallSite;
  readonly sends: Sends;
  /** A function of the codebase sends it. */
  readonly through: boolean;
}

function sendOf(call: CallSite, file: SourceFile): Send[] {
  const sends = sendsIn(call, file);
  return sends ? [{ file, call: madeAt(call, file), sends, through: false }] : [];
}

/** `call = client.newCall(request)` is sent where the variable is told to: `call.execute()`. */
function madeAt(call: CallSite, file: SourceFile): CallSite {
  const path = pathOf(call.expr.callee);
  if (path.at(-1) !== 'newCall') return call;
  const variable = file.code.bindings.find(({ value }) => value === call.expr)?.name;
  const sent = file.code.calls.find(({ expr, fn }) => {
    const [object, action, ...more] = pathOf(expr.callee);
    if (object !== variable || more.length > 0 || named(fn) !== named(call.fn)) return false;
    return /^(execute|enqueue|await|executeAsync)$/.test(action ?? '');
  });
  return variable !== undefined && sent ? sent : call;
}

function requestOf({ file, call, sends, through }: Send, search: Search): Coupling | undefined {
  const { project, settings, match } = search;
  const site = { file, fn: call.fn, owner: call.owner };
  const sent = [call.expr, ...requestsBehind(call, file)];
  const texts = sent.flatMap((each) => textsWithin(each, site, project, settings));
  const bases = baseAddressesOf(call.expr.callee, site, project, settings);
  const addresses = [
    ...texts,
    ...texts.flatMap((each) => bases.map((base) => addressOnBase(base, each))),
    ...bases,
  ];
  const certainty = through ? 0.85 : 1;
  if (addresses.some(isManaging)) return undefined;
  const known = surestMatch(addresses, file.text, match);
  if (known) {
    const { address, by, provider } = known;
    if (by === 'host' && provider.names.length > 0 && onlyAsks(call, address)) return undefined;
    const confidence = (by === 'path' ? 0.75 : 0.95) * certainty;
    const says = `sends to ${shownAddress(address)}`;
    return requestCoupling({ file, call, provider, confidence }, says);
  }
  if (sends === 'maybe') return undefined;
  const made = madeBy(call, file, search.functions, project);
  // What goes to a host that no rule knows has to say in the same function that a model is asked.
  if (addresses.some(isForeign)) made.splice(1);
  const signs = addressIn(made, search) ?? search.signs(made);
  if (!signs) return unsaidRequest({ file, call }, addresses, certainty, search);
  const confidence = sureness[signs.by] * certainty;
  const sign = { file: signs.file, line: signs.line, says: `${signs.says} is written here` };
  return requestCoupling(
    { file, call, provider: signs.provider, confidence },
    `sends ${signs.says}`,
    sign,
  );
}

/** A request whose address nothing says but the file or class that it stands in. */
function unsaidRequest(
  { file, call }: Pick<Send, 'file' | 'call'>,
  addresses: readonly string[],
  certainty: number,
  { match, providers }: Search,
): Coupling | undefined {
  if (addresses.some(isForeign)) return undefined;
  const found = unsaidAddress(call, file, addresses, match, providers);
  if (!found) return undefined;
  const { provider, says, line, by } = found;
  const confidence = (by === 'written' ? 0.6 : 0.5) * certainty;
  const to = `posts to an address of ${provider.title}`;
  return requestCoupling({ file, call, provider, confidence }, to, { file, line, says });
}

/** A GET without a question: chats are posted to, and the rest is about files and accounts. */
const onlyAsks = ({ expr }: CallSite, address: string): boolean =>
  !address.includes('?') && pathOf(expr.callee).some((part) => gets.test(part));

const gets = /^(get|prepareGet|httpGet|getFor\w+|Get\w*Async|DownloadString\w*)$/;

const sureness = { header: 0.85, address: 0.75, name: 0.7, body: 0.6 } as const;

/** What a call object, or a request of Unity, that is sent here was made of. */
const requestsBehind = ({ expr, fn }: CallSite, { code }: SourceFile): Expr[] => {
  const [object] = pathOf(expr.callee);
  return code.bindings.flatMap(({ name, value, fn: at }) =>
    value?.is === 'call' &&
    name === object &&
    named(at) === named(fn) &&
    (pathOf(value.callee).at(-1) === 'newCall' || pathOf(value.callee)[0] === 'UnityWebRequest')
      ? [value]
      : [],
  );
};

/** The shape of an address in one of the functions that make the request. */
function addressIn(
  made: ReturnType<typeof madeBy>,
  { project, settings, match }: Search,
): (Omit<RequestSigns, 'by'> & { readonly by: 'address' }) | undefined {
  for (const { file, fn } of made.slice(1))
    for (const call of file.code.calls) {
      if (named(call.fn) !== fn || !addresses.test(pathOf(call.expr.callee).at(-1) ?? '')) continue;
      const site = { file, fn: call.fn, owner: call.owner };
      for (const address of textsWithin(call.expr, site, project, settings)) {
        const found = match(address, file.text);
        if (!found) continue;
        const says = `to ${shownAddress(address)}`;
        return { provider: found.provider, says, by: 'address', file, line: call.expr.line };
      }
    }
  return undefined;
}

/** Calls that make an address, or a request of one. */
const addresses =
  /^(URL|URI|Uri|URLRequest|URLComponents|HttpRequestMessage|RestRequest|HttpPost|url|uri|create|newBuilder|toHttpUrl|UriBuilder)$/;

/**
 * Requests that one method of a class makes and another sends: the sending is a call of its own. What
 * a function of another file sends for everybody is found where it is told to.
 */
function handedOver(
  found: readonly Coupling[],
  passing: ReadonlyMap<CodeFunction, Send>,
): Coupling[] {
  const sending = [...passing].filter(([, { through }]) => !through);
  return sending.flatMap(([{ name, owner }, { file, call }]): Coupling[] => {
    const maker = found.find((each) => {
      const [first = '', ...more] = pathOf(each.call.expr.callee);
      const isOwn = more.length === 0 || (more.length === 1 && /^(this|super|base)$/.test(first));
      const called = more.at(-1) ?? first;
      return isOwn && called === name && each.file === file && each.call.owner === owner;
    });
    if (!maker) return [];
    const line = maker.call.expr.line;
    const handed = { file, line, says: `${name} is handed the request here` };
    const says = `${pathOf(call.expr.callee).filter(Boolean).join('.')} sends it`;
    const { provider, kind, data, confidence } = maker;
    const evidence = [{ file, line: call.expr.line, says }, handed];
    return [{ file, call, provider, kind, data, confidence, evidence, isHanded: true }];
  });
}

function callsOf(
  passing: ReadonlyMap<CodeFunction, Send>,
  { project }: Search,
  known: readonly Send[],
): Send[] {
  const sent = new Set(known.map(({ call }) => call));
  return [...new Set([...passing.keys()].map(({ name }) => name))]
    .filter((name) => name.length >= 4 && project.functionsNamed(name).length <= 6)
    .flatMap((name) => project.callsOf(name))
    .filter(({ call }) => call.expr.args.length > 0 && !sent.has(call))
    .filter(({ file }) => sendsRequests(file.language.id as LanguageId))
    .map(({ file, call }) => ({ file, call, sends: 'surely' as const, through: true }));
}
