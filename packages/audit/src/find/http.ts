import { type CallSite, pathOf } from '../language/code.ts';
import type { LanguageId } from '../language/languages.ts';
import {
  hole,
  type Project,
  type Settings,
  type SourceFile,
  textsWithin,
} from '../resolve/index.ts';
import type { RuleBook } from '../rules/index.ts';
import { addressMatcher } from './address.ts';
import type { Coupling } from './coupling.ts';

/** Calls that send a request over HTTP themselves, to an address that a rule knows. */
export function findHttpCalls(project: Project, rules: RuleBook, settings: Settings): Coupling[] {
  const match = addressMatcher(rules.providers);
  return project.files.flatMap((file) =>
    file.code.calls.flatMap((call) => httpCall(file, call, project, settings, match) ?? []),
  );
}

function httpCall(
  file: SourceFile,
  call: CallSite,
  project: Project,
  settings: Settings,
  match: ReturnType<typeof addressMatcher>,
): Coupling | undefined {
  if (call.chain && isSender(call.chain, file)) return undefined;
  if (!isSender(call.expr, file)) return undefined;
  const site = { file, fn: call.fn, owner: call.owner };
  const path = pathOf(call.expr.callee);
  for (const address of textsWithin(call.expr, site, project, settings)) {
    const found = match(address);
    if (!found) continue;
    return {
      file,
      call,
      provider: found.provider,
      kind: found.provider.kind === 'local' ? 'local' : 'http',
      data: found.provider.data,
      confidence: found.by === 'host' ? 0.95 : 0.75,
      evidence: [
        {
          file,
          line: call.expr.line,
          says: `${path.filter(Boolean).join('.')} sends to ${address.replaceAll(hole, '…')}`,
        },
      ],
    };
  }
  return undefined;
}

const isSender = ({ callee }: CallSite['expr'], file: SourceFile): boolean =>
  senders[file.language.id].test(pathOf(callee).join('.'));

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
