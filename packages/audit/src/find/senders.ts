import { type CallExpr, pathOf } from '../language/code.ts';
import type { LanguageId } from '../language/languages.ts';
import type { SourceFile } from '../resolve/index.ts';

/** Whether a call is one by which a language's usual clients send a request. */
export const isSender = ({ callee }: CallExpr, file: SourceFile): boolean =>
  senders[file.language.id].test(pathOf(callee).join('.'));

/** Objects on which `post('/path', …)` answers a route and sends nothing. */
export const servers =
  /^(app|router|server|fastify|mux|blueprint|bp|\w+[Rr]outer|\w+_router|\w+_bp)$/;

/** Calls that make a request for another to send. */
export const builders =
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
