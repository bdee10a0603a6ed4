import { type CallExpr, type CallSite, pathOf } from '../../language/code.ts';
import type { LanguageId } from '../../language/languages.ts';
import type { SourceFile } from '../../resolve/index.ts';
import { buildsInRust, sendsInRust } from './rust-sends.ts';

/** Whether a call is one by which a language's usual clients send a request. */
export function isSender(expr: CallExpr, file: SourceFile): boolean {
  const { callee } = expr;
  const { id } = file.language;
  const path = pathOf(callee);
  if (id !== 'rust' && !senders[id].test(path.join('.'))) return false;
  const [object = '', action = ''] = path.slice(-2);
  if (path.length > 1 && keeps.test(object) && looksUp.test(action)) return false;
  // A template and a command are executed too.
  if (id === 'go' && action === 'Execute') return path.slice(0, -1).some(isRequestInGo);
  if (asksUser.test(object) && action === 'request') return false;
  return id !== 'rust' || sendsInRust(expr);
}

const isRequestInGo = (part: string): boolean => /^R$|req|client|http|rest/i.test(part);

/** Objects that keep things under names: what they are asked for is no address. */
const keeps =
  /(map|cache|headers?|params?|quer(y|ies)|config|settings?|options?|assets?|registry|dict|environ|env|storage|cookies?|kwargs|args|form|store|state|props|formdata)$/i;
/** Objects of a browser whose `request` asks the user or the machine. */
const asksUser = /^(permissions|locks|wakeLock|midi|usb|serial|bluetooth)$/;
const looksUp = /^(get|put|post|patch)$/;

/** Whether a call makes a request for another to send. */
export const builds = (call: CallSite, { language }: SourceFile): boolean =>
  builders.test(pathOf(call.expr.callee).at(-1) ?? '') ||
  (language.id === 'rust' && buildsInRust(call));

const builders =
  /^(NewRequest|NewRequestWithContext|URLRequest|HttpRequestMessage|RestRequest|HttpPost|HttpGet|HttpRequest|Request|build_request|HTTPRequest|uri|url|target|R|SetBody|baseUrl)$/;

/** The calls by which each language's usual clients send, by the end of their path. */
const senders: Readonly<Record<Exclude<LanguageId, 'rust'>, RegExp>> = {
  javascript:
    /(^|\.)(fetch|\$fetch|\w+Fetch|fetcher|fetchFn|fetchImpl|ofetch|useFetch|axios|got|ky|superagent|needle|fetchEventSource|(Native)?EventSource(Polyfill|Plus|Stream)?|SSE|(Reconnecting)?WebSocket)$|(^|\.)(axios|got|ky|superagent|needle|http|https|request|client|api|\$http|httpClient|httpService|undici|instance|axiosInstance|this)\.(\w+\.)*(get|post|put|patch|request|stream|fetch)$|(^|\.)(post|request)$/,
  python:
    /(^|\.)((\w*_)?(requests|httpx|session|aiohttp|client|http|request)|urllib3?|urllib\.request|requester|ClientSession|AsyncClient|Client|Session|get_session)\.(\w+\.)*(get|post|put|patch|request|stream|urlopen|Request|ws_connect|build_request)$|(^|\.)(self|this|s|c|conn|connection)\.(get|put|patch|request|stream)$|(^|\.)(urlopen|urlretrieve|post|WebSocketApp|create_connection|a?connect_sse|HTTPRequest)$|(^|\.)(websockets?(\.\w+)*|ws_?client)\.connect$/,
  go: /(^|\.)(NewRequest|NewRequestWithContext|Post|PostForm|Get|Head|Do|R|SetBody|Execute)$/,
  java: /(^|\.)(uri|url|postForObject|postForEntity|exchange|getForObject|getForEntity|newCall|execute|send|sendAsync|HttpPost|HttpGet|HttpRequest|openConnection|target|post|get|baseUrl)$/,
  kotlin:
    /(^|\.)(post|get|put|request|preparePost|prepareRequest|uri|url|newCall|execute|send|httpPost|httpGet|submitForm|openConnection|postForObject|exchange)$/,
  csharp:
    /(^|\.)(PostAsync|GetAsync|SendAsync|PutAsync|PostAsJsonAsync|GetFromJsonAsync|GetStringAsync|GetStreamAsync|HttpRequestMessage|RestRequest|ExecuteAsync|PostJsonAsync|UploadString|ReceiveJson)$/,
  swift:
    /(^|\.)(data|dataTask|upload|uploadTask|bytes|request|download|dataTaskPublisher|URLRequest|post|stream)$/,
};
