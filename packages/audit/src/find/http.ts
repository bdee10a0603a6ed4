import { type CallSite, type Expr, pathOf } from '../language/code.ts';
import type { LanguageId } from '../language/languages.ts';
import { type Project, type Settings, type SourceFile, textsWithin } from '../resolve/index.ts';
import type { RuleBook } from '../rules/index.ts';
import { type AddressMatch, addressMatcher, type MatchAddress, shownAddress } from './address.ts';
import type { Coupling } from './coupling.ts';

/** Calls that send a request over HTTP themselves, to an address that a rule knows. */
export function findHttpCalls(project: Project, rules: RuleBook, settings: Settings): Coupling[] {
  const search: Search = {
    project,
    settings,
    match: addressMatcher(rules.providers),
    sending: functionsThatSend(project),
  };
  const found = project.files.flatMap((file) =>
    file.code.calls.flatMap((call) => httpCall(file, call, search) ?? []),
  );
  const sent = new Set(found.filter((each) => each.sent !== 'elsewhere').map(keyOf));
  return found
    .filter((each) => each.sent !== 'elsewhere' || !sent.has(keyOf(each)))
    .map(couplingOf);
}

interface Search {
  readonly project: Project;
  readonly settings: Settings;
  readonly match: MatchAddress;
  /** Names of the codebase's functions that send what they are given. */
  readonly sending: ReadonlySet<string>;
}

interface HttpCall extends AddressMatch {
  readonly file: SourceFile;
  readonly call: CallSite;
  readonly address: string;
  /** How it is sent: by a usual client, by a function of the codebase, or elsewhere. */
  readonly sent: 'here' | 'through' | 'elsewhere';
}

const keyOf = ({ file, address }: HttpCall): string => `${file.path} ${address}`;

function httpCall(file: SourceFile, call: CallSite, search: Search): HttpCall | undefined {
  const { project, settings, match, sending } = search;
  const isUsual = isSender(call.expr, file);
  if (call.chain && (isSender(call.chain, file) || !isUsual)) return undefined;
  const path = pathOf(call.expr.callee);
  const last = path.at(-1) ?? '';
  const isOwn = sending.has(last);
  if (!isUsual && !isOwn && !prepares.test(path.slice(-2).join('.'))) return undefined;
  const site = { file, fn: call.fn, owner: call.owner };
  for (const address of textsWithin(call.expr, site, project, settings)) {
    const found = match(address, file.text);
    if (!found || (address.startsWith('/') && servers.test(path.at(-2) ?? ''))) continue;
    if (isUsual)
      return { ...found, file, call, address, sent: builders.test(last) ? 'elsewhere' : 'here' };
    if (isOwn) return { ...found, file, call, address, sent: 'through' };
    if (found.by === 'path' || isWhole.test(address))
      return { ...found, file, call, address, sent: 'elsewhere' };
  }
  return undefined;
}

/** Calls that may make a request which a part of the codebase sends that cannot be followed. */
const prepares = /request|endpoint|(^|\.)url|client\.new|Http/i;

/** An address with a path, not a host alone. */
const isWhole = /^\w+:\/\/[^/]+\/.*\/[^/]+/;

function couplingOf({ file, call, address, provider, by, sent }: HttpCall): Coupling {
  const path = pathOf(call.expr.callee).filter(Boolean).join('.');
  return {
    file,
    call,
    provider,
    kind: provider.kind === 'local' ? 'local' : 'http',
    data: provider.data,
    confidence: (by === 'path' ? 0.75 : 0.95) * certainty[sent],
    evidence: [
      {
        file,
        line: call.expr.line,
        says: `${path} sends to ${shownAddress(address)}`,
      },
    ],
  };
}

const certainty = { here: 1, through: 0.85, elsewhere: 0.8 } as const;

/** Functions that hand one of their parameters to a sender. */
function functionsThatSend(project: Project): Set<string> {
  const names = new Set<string>();
  for (const file of project.files)
    for (const { expr, fn } of file.code.calls) {
      if (!fn || fn.name.length < 3 || !isSender(expr, file)) continue;
      const params = new Set(fn.params.map(({ name }) => name));
      if (expr.args.some(({ value }) => namesIn(value).some((name) => params.has(name))))
        names.add(fn.name);
    }
  return names;
}

function namesIn(expr: Expr): string[] {
  if (expr.is === 'name') return [expr.name];
  if (expr.is === 'member') return namesIn(expr.of);
  if (expr.is === 'text')
    return expr.parts.flatMap((part) => (typeof part === 'string' ? [] : namesIn(part)));
  return expr.is === 'call' ? expr.args.flatMap(({ value }) => namesIn(value)) : [];
}

const isSender = ({ callee }: CallSite['expr'], file: SourceFile): boolean =>
  senders[file.language.id].test(pathOf(callee).join('.'));

/** Objects on which `post('/path', …)` answers a route and sends nothing. */
const servers = /^(app|router|server|fastify|mux|blueprint|bp|\w+[Rr]outer|\w+_router|\w+_bp)$/;

/** Calls that make a request for another to send. */
const builders =
  /^(NewRequest|NewRequestWithContext|URLRequest|HttpRequestMessage|RestRequest|HttpPost|HttpGet|HttpRequest|Request|build_request|uri|url|target|R|SetBody|baseUrl)$/;

/** The calls by which each language's usual clients send, by the end of their path. */
const senders: Readonly<Record<LanguageId, RegExp>> = {
  javascript:
    /(^|\.)(fetch|\$fetch|ofetch|useFetch|axios|got|ky|superagent|needle|fetchEventSource|EventSource|WebSocket)$|(^|\.)(axios|got|ky|superagent|needle|http|https|request|client|api|\$http|httpClient|httpService|undici|instance|axiosInstance|this)\.(\w+\.)*(get|post|put|patch|request|stream|fetch)$|(^|\.)(post|request)$/,
  python:
    /(^|\.)(requests|httpx|session|aiohttp|client|http|urllib|urllib3|urllib\.request|request|requester|_client|_session|self|this|s|c|http_client|async_client|ClientSession|AsyncClient|Client|Session)\.(\w+\.)*(get|post|put|patch|request|stream|urlopen|Request|ws_connect|build_request)$|(^|\.)(urlopen|urlretrieve|post)$/,
  go: /(^|\.)(NewRequest|NewRequestWithContext|Post|PostForm|Get|Head|Do|R|SetBody|Execute)$/,
  java: /(^|\.)(uri|url|postForObject|postForEntity|exchange|getForObject|getForEntity|newCall|execute|send|sendAsync|HttpPost|HttpGet|HttpRequest|openConnection|target|post|get|baseUrl)$/,
  kotlin:
    /(^|\.)(post|get|put|request|preparePost|prepareRequest|uri|url|newCall|execute|send|httpPost|httpGet|submitForm|openConnection|postForObject|exchange)$/,
  csharp:
    /(^|\.)(PostAsync|GetAsync|SendAsync|PutAsync|PostAsJsonAsync|GetFromJsonAsync|GetStringAsync|GetStreamAsync|HttpRequestMessage|RestRequest|ExecuteAsync|PostJsonAsync|UploadString|ReceiveJson)$/,
  swift:
    /(^|\.)(data|dataTask|upload|uploadTask|bytes|request|download|dataTaskPublisher|URLRequest|post|stream)$/,
  rust: /(^|\.)(post|get|put|request|send|post_json|call)$/,
};
