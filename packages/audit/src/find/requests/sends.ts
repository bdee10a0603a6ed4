import { type CallExpr, type CallSite, pathOf } from '../../language/code.ts';
import type { SourceFile } from '../../resolve/index.ts';
import { type RequestLanguage, sendsRequests } from '../request-languages.ts';

/** How sure it is that a chain of calls sends a request over HTTP; `maybe` needs an address that tells. */
export type Sends = 'surely' | 'maybe';

/**
 * Whether a chain of calls sends a request over HTTP, told by the calls in it: `newCall(r).execute()`,
 * `session.data(for: r)`, `post().uri(u).retrieve()`. Building a request or a client sends nothing.
 */
export function sendsIn(call: CallSite, file: SourceFile): Sends | undefined {
  const { id } = file.language;
  if (!sendsRequests(id) || call.chain) return undefined;
  const path = pathOf(call.expr.callee);
  if (id === 'swift') return swiftSends(call.expr, path);
  const { surely, maybe, clients } = senders[id];
  if (/^(build|Build)$/.test(path.at(-1) ?? '')) return undefined;
  if (path.some((part) => surely.test(part))) return 'surely';
  if (path.includes('uri') && path.includes('retrieve')) return 'surely';
  if (!path.some((part) => maybe.test(part))) return undefined;
  if (path.some((part, at) => isLookedUp(path[at - 1] ?? '', part))) return undefined;
  const signs = [clients.test(importsOf(file)), namesClient(path)];
  if (signs.every(Boolean)) return 'surely';
  return signs.some(Boolean) ? 'maybe' : undefined;
}

/** `configMap.get(…)`: a map is asked, and no server. */
const isLookedUp = (object: string, action: string): boolean =>
  /^(get|put)$/.test(action) && keeps.test(object);

const keeps =
  /(map|cache|headers?|params?|propert(y|ies)|config|settings?|options?|registry|dict|store|cookies?|args|bundle|prefs|preferences)$/i;

/** Foundation's calls are told by the label of their first argument. */
function swiftSends(expr: CallExpr, path: readonly string[]): Sends | undefined {
  for (let at: CallExpr | undefined = expr; at; at = within(at)) {
    const last = pathOf(at.callee).at(-1) ?? '';
    const label = at.args[0]?.name ?? '';
    if (/^(data|upload|download)Task(Publisher)?$|^webSocketTask$/.test(last)) return 'surely';
    if (/^(data|bytes|upload|download)$/.test(last) && /^(for|from)$/.test(label)) return 'surely';
    if (/^(streamRequest|EventSource)$/.test(last)) return 'surely';
    if (/^(request|post|execute|upload)$/.test(last) && at.args.length > 0 && namesClient(path))
      return 'maybe';
  }
  return undefined;
}

const within = ({ callee }: CallExpr): CallExpr | undefined =>
  callee.is === 'member' && callee.of.is === 'call' ? callee.of : undefined;

const namesClient = (path: readonly string[]): boolean =>
  path.slice(0, -1).some((part) => /client|http|^AF$|alamofire|session|unirest|rest/i.test(part));

interface Senders {
  readonly surely: RegExp;
  /** Names that other things have too. */
  readonly maybe: RegExp;
  /** Packages of clients, that make the others sure enough. */
  readonly clients: RegExp;
}

const jvmClients =
  /okhttp|java\.net|http|retrofit|web\.client|web\.reactive|ktor\.client|unirest|hutool|jsoup|jersey|ws\.rs|fuel|vertx/;

const senders: Readonly<Record<Exclude<RequestLanguage, 'swift'>, Senders>> = {
  java: {
    surely:
      /^(newCall|newEventSource|newWebSocket|WebSocketClient|(post|get|patch)For(Object|Entity|Location)|exchangeTo(Mono|Flux)|openConnection|sendAsync|postAbs|executeAsync)$/,
    maybe: /^(send|execute|enqueue|exchange|post|get|put|connect|asJson|asString)$/,
    clients: jvmClients,
  },
  kotlin: {
    surely:
      /^(newCall|newEventSource|newWebSocket|WebSocketClient|(post|get|patch)For(Object|Entity|Location)|exchangeTo(Mono|Flux)|openConnection|sendAsync|prepare(Post|Get|Put|Request)|submitForm\w*|httpPost|httpGet|awaitExchange)$/,
    maybe: /^(send|execute|enqueue|exchange|post|get|put|request|sse|webSocket|connect)$/,
    clients: jvmClients,
  },
  csharp: {
    surely:
      /^((Post|Put|Patch)Async|(Post|Put|Patch)AsJsonAsync|GetFromJsonAsync|Get(String|Stream|ByteArray)Async|Post(Json|String|UrlEncoded|Multipart)Async|UploadString(TaskAsync|Async)?|UploadData(TaskAsync)?|DownloadString(TaskAsync)?|ExecutePost(Async)?|SendWebRequest)$/,
    maybe: /^(SendAsync|Send|GetAsync|ExecuteAsync|Execute|GetResponse|GetResponseAsync)$/,
    clients: /System\.Net|RestSharp|Flurl/,
  },
};

const importsOf = ({ code }: SourceFile): string =>
  code.imports.map(({ module, name = '' }) => `${module}.${name}`).join(' ');
