import { type CallExpr, type CallSite, pathOf } from '../../language/code.ts';
import {
  hole,
  type Project,
  type Settings,
  type SourceFile,
  textsWithin,
} from '../../resolve/index.ts';
import type { Site } from '../../resolve/site.ts';
import type { ProviderRule, RuleBook } from '../../rules/index.ts';
import { addressOnBase, baseAddressesOf, isManaging, shownAddress } from '../addresses/index.ts';
import { type Coupling, requestCoupling } from '../coupling.ts';
import { sendsRequests } from '../request-languages.ts';
import { keepsRoute, servers } from '../routes.ts';
import { type Search, searchOf } from './search.ts';
import { builds } from './senders.ts';

/** Calls that send a request over HTTP themselves, to an address that a rule knows. */
export function findHttpCalls(project: Project, rules: RuleBook, settings: Settings): Coupling[] {
  const search = searchOf(project, rules, settings);
  const found = project.inFiles((file) =>
    sendsRequests(file.language.id)
      ? []
      : file.code.calls.flatMap((call) => httpCall(file, call, search) ?? []),
  );
  const sent = new Set(
    found
      .filter((each) => each.sent !== 'elsewhere')
      .flatMap((each) => [keyOf(each), ...placeOf(each)]),
  );
  return found
    .filter(
      (each) =>
        each.sent !== 'elsewhere' || ![keyOf(each), ...placeOf(each)].some((key) => sent.has(key)),
    )
    .map(couplingOf);
}

interface HttpCall {
  readonly file: SourceFile;
  readonly call: CallSite;
  readonly provider: ProviderRule;
  /** A host is one provider's; a path may be anybody's, and so may what is sent. */
  readonly by: 'host' | 'variable' | 'path' | 'shape';
  readonly address: string;
  /** How it is sent: by a usual client, by a function of the codebase, or elsewhere. */
  readonly sent: 'here' | 'through' | 'elsewhere';
  readonly says: string;
}

const keyOf = ({ file, address }: HttpCall): string => `${file.path} ${address}`;

/** A request that is made where one to the same provider is sent is that one. */
const placeOf = ({ file, call: { fn }, provider }: HttpCall): string[] =>
  fn ? [`${file.path}:${fn.line} ${provider.name}`] : [];

function httpCall(file: SourceFile, call: CallSite, search: Search): HttpCall | undefined {
  const { project, settings, sending } = search;
  const { expr } = call;
  const isUsual = sending.isSender(expr, file);
  if (keepsRoute(expr, file)) return undefined;
  if (call.chain && (sending.isSender(call.chain, file) || !isUsual)) return undefined;
  const path = pathOf(expr.callee);
  const last = path.at(-1) ?? '';
  const out = isUsual ? expr.args : sending.argumentsSent(expr);
  if (!isUsual && out.length === 0) return undefined;
  const isBuilt = isUsual ? builds(call, file) : makesRequest(last, project);
  if ((isUsual || isBuilt) && !call.chain && givesRequest.test(call.fn?.result ?? ''))
    return undefined;
  const site = { file, fn: call.fn, owner: call.owner };
  const sent = isBuilt ? 'elsewhere' : isUsual ? 'here' : 'through';
  const written = isUsual
    ? textsWithin(expr, site, project, settings)
    : out.flatMap(({ value }) => textsWithin(value, site, project, settings));
  const isRoute = servers.test(path.at(-2) ?? '');
  const made = { file, call, sent } as const;
  for (const address of isRoute ? written.filter((each) => !each.startsWith('/')) : written) {
    const found = search.match(address, file.text);
    if (!found) continue;
    if (sent === 'through' && found.by !== 'path' && leadsElsewhere(address, last, search))
      continue;
    const based = found.by === 'path' ? onBase(address, call, site, search) : undefined;
    const says = `sends to ${shownAddress(address)}`;
    return { ...made, ...(based ?? { ...found, address, says }) };
  }
  if (isRoute || sent === 'elsewhere') return undefined;
  for (const address of written.slice(0, 4)) {
    const based = onBase(address, call, site, search);
    if (based) return { ...made, ...based };
  }
  const isFromPage = file.language.id === 'javascript';
  if (
    written.some((each) => (isFromPage && isElsewhere(each)) || (hasPath(each) && isManaging(each)))
  )
    return undefined;
  const given = sent === 'here' ? givenByCallers(expr, site, search) : undefined;
  if (given) return { ...made, ...given };
  const shape = search.shape([expr], site);
  const address = written.find((each) => /[/:]/.test(each)) ?? hole;
  return (
    shape && {
      ...made,
      provider: shape.provider,
      by: 'shape',
      address,
      says: `sends ${shape.says} to ${shownAddress(address)}`,
    }
  );
}

/** The address that its class gives the method around, where all who call it ask one service. */
function givenByCallers(
  expr: CallExpr,
  site: Site,
  { match, project, settings }: Search,
): Pick<HttpCall, 'provider' | 'by' | 'address' | 'says'> | undefined {
  const given = textsWithin(expr, site, project, settings, 'callers').filter((each) =>
    isAddress.test(each),
  );
  const found = given.map((address) => ({ address, match: match(address, site.file.text) }));
  const [first] = found;
  if (!first?.match || found.some((each) => each.match?.provider !== first.match?.provider))
    return undefined;
  const says = `sends to ${shownAddress(first.address)}, which callers give`;
  return { ...first.match, address: first.address, says };
}

/** A host that is handed to a function which asks for something else there. */
function leadsElsewhere(address: string, name: string, search: Search): boolean {
  if (isWhole.test(address)) return false;
  const { sending, project, settings, match } = search;
  const base = address.replace(/\/$/, '');
  const ends = sending
    .requestsIn(name)
    .flatMap(({ file, call }) =>
      textsWithin(call.expr, { file, fn: call.fn, owner: call.owner }, project, settings),
    )
    .flatMap((each) =>
      each.startsWith(`${hole}/`) ? [base + each.slice(1)] : isWhole.test(each) ? [each] : [],
    );
  return ends.length > 0 && ends.every((each) => !match(each, ''));
}

/** The address on the base that the client was made with. */
function onBase(
  address: string,
  { expr }: CallSite,
  site: Site,
  { match, project, settings }: Search,
): Pick<HttpCall, 'provider' | 'by' | 'address' | 'says'> | undefined {
  if (/^\w+:\/\//.test(address)) return undefined;
  for (const base of baseAddressesOf(expr.callee, site, project, settings)) {
    const whole = addressOnBase(base, address);
    const found = match(whole, site.file.text);
    if (found) return { ...found, address: whole, says: `sends to ${shownAddress(whole)}` };
  }
  return undefined;
}

/** Whether all functions of a name make a request, and leave it to others to send it. */
function makesRequest(name: string, project: Project): boolean {
  const functions = project.functionsNamed(name);
  return functions.length > 0 && functions.every(({ result }) => givesRequest.test(result ?? ''));
}

/** What a function gives back that builds a request, and leaves it to others to send it. */
const givesRequest = /\bRequest(Builder)?\b|PreparedRequest/;

/** An application's own backend, or a place that is no model's. */
const isElsewhere = (address: string): boolean =>
  address.startsWith('/') || new RegExp(`^${hole}[^/]*/api/`).test(address);

const isAddress = new RegExp(`^(\\w+:\\/\\/|${hole}+/)`);

/** An address with a path, whether its host is known or not. */
const hasPath = (address: string): boolean =>
  isWhole.test(address) || address.startsWith(`${hole}/`);

/** An address with a path, not a host alone. */
const isWhole = /^\w+:\/\/[^/]+\/.*\/[^/]+/;

const couplingOf = ({ file, call, provider, by, sent, says }: HttpCall): Coupling =>
  requestCoupling({ file, call, provider, confidence: sureness[by] * certainty[sent] }, says);

const sureness = { host: 0.95, variable: 0.95, path: 0.75, shape: 0.65 } as const;
const certainty = { here: 1, through: 0.85, elsewhere: 0.8 } as const;
