import { hole, type Project, type Settings } from '../../resolve/index.ts';
import type { ProviderRule } from '../../rules/index.ts';
import {
  baseAddressesOf,
  type MatchAddress,
  mayHaveNoBase,
  shownAddress,
} from '../addresses/index.ts';
import type { Coupling } from '../coupling.ts';
import { makersOf } from './makers.ts';

/** Another service than the package's own, and how the code says so. */
interface Elsewhere {
  readonly provider: ProviderRule;
  readonly says: string;
}

/**
 * A call through a package whose client is made for another's address, or by another's name: one
 * protocol, many providers. A host that is nobody's is a server of the package's protocol. Where the
 * client is at times the package's own, the call is its own as well.
 */
export function pointedAt(
  coupling: Coupling,
  project: Project,
  settings: Settings,
  providers: readonly ProviderRule[],
  match: MatchAddress,
): Coupling {
  const { file, call, evidence, kind } = coupling;
  if (kind === 'local') return coupling;
  const site = { file, fn: call.fn, owner: call.owner };
  const bases = baseAddressesOf(call.expr.callee, site, project, settings);
  const found =
    byAddress(bases, coupling.provider, match) ??
    byName(makersOf(call.expr.callee, site, project), coupling.provider, providers) ??
    byHost(bases, coupling.provider, providers);
  if (!found) return coupling;
  const { provider, says } = found;
  const sign = { file, line: call.expr.line };
  if (mayHaveNoBase(call.expr.callee, site, project))
    return { ...coupling, evidence: [...evidence, { ...sign, says: `at times ${says}` }] };
  const sdk = coupling.provider;
  return { ...coupling, provider, sdk, evidence: [...evidence, { ...sign, says }] };
}

function byAddress(
  bases: readonly string[],
  own: ProviderRule,
  match: MatchAddress,
): Elsewhere | undefined {
  for (const base of bases) {
    const bare = base.replace(/\/$/, '');
    const found = match(`${bare}/`, '') ?? match(bare, '');
    if (found && found.provider !== own) return { provider: found.provider, says: madeFor(base) };
  }
  return undefined;
}

/** `DefaultAzureConfig(key, endpoint)` says whose the endpoint is, whatever it will be. */
function byName(
  makers: readonly (readonly string[])[],
  own: ProviderRule,
  providers: readonly ProviderRule[],
): Elsewhere | undefined {
  for (const provider of providers) {
    if (provider === own) continue;
    const maker = makers.find((path) => provider.clients.some((name) => isCalled(path, name)));
    if (maker) return { provider, says: `its client is made by ${maker.join('.')}` };
  }
  return undefined;
}

const isCalled = (path: readonly string[], name: string): boolean =>
  path.some((_, at) => path.slice(at, at + name.split('.').length).join('.') === name);

/** A host that is written out, and that no rule knows. */
function byHost(
  bases: readonly string[],
  { hosts, elsewhere }: ProviderRule,
  providers: readonly ProviderRule[],
): Elsewhere | undefined {
  const base = bases.find((each) => /^https?:\/\/([^/?#\s]+)/.test(each));
  const host = base === undefined ? undefined : /^https?:\/\/([^/?#\s]+)/.exec(base)?.[1];
  if (base === undefined || host === undefined || host.includes(hole)) return undefined;
  if (elsewhere === undefined || hosts.some((each) => host.endsWith(each.replace('*', ''))))
    return undefined;
  const provider = providers.find(({ name }) => name === elsewhere);
  return provider && { provider, says: madeFor(base) };
}

const madeFor = (base: string): string => `its client is made for ${shownAddress(base)}`;
