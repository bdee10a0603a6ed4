import { hole } from '../../resolve/index.ts';
import type { ProviderRule } from '../../rules/index.ts';

export interface AddressMatch {
  readonly provider: ProviderRule;
  /** A host is one provider's, and so is a variable that holds one; a path's shape may be anybody's. */
  readonly by: 'host' | 'variable' | 'path';
}

/** Tells whose an address is. */
export type MatchAddress = (address: string, text: string) => AddressMatch | undefined;

/**
 * Tells whose an address is, by its host, by the variable that it comes from, or by the shape of
 * its path. An address where nothing is inferred (a list of models, a token) is nobody's.
 */
export function addressMatcher(providers: readonly ProviderRule[]): MatchAddress {
  const hosts = providers.flatMap((provider) =>
    provider.hosts.map((host) => ({ provider, pattern: hostPattern(host) })),
  );
  const paths = providers.flatMap((provider) => [
    ...provider.paths.map((path) => ({ provider, pattern: pathPattern(path), named: false })),
    ...provider.commonPaths.map((path) => ({ provider, pattern: pathPattern(path), named: true })),
  ]);
  const plain = providers.flatMap((provider) =>
    provider.plainPaths.map((path) => ({ provider, pattern: pathPattern(path) })),
  );
  const variables = new Map(
    providers.flatMap((provider) => provider.environment.map((name) => [name, provider] as const)),
  );
  return (address, text) => {
    if (!mayBeAddress(address) || managing.test(address)) return undefined;
    const host = /^(?:https?|wss?|grpcs?):\/\/([^/?#\s]+)/
      .exec(address)?.[1]
      ?.replace(pathAfter, '');
    const hosted = host && hosts.find(({ pattern }) => pattern.test(host));
    if (hosted) return { provider: hosted.provider, by: 'host' };
    const shaped = paths.find(
      ({ pattern, named, provider }) =>
        pattern.test(address) && (!named || mentions(text, provider)),
    );
    if (shaped) return { provider: shaped.provider, by: 'path' };
    for (const [, name = ''] of address.matchAll(variable)) {
      const provider = variables.get(name);
      if (provider) return { provider, by: 'variable' };
    }
    const told =
      isForeign(address) &&
      !pages.test(host ?? '') &&
      plain.find(({ pattern }) => pattern.test(address));
    return told ? { provider: told.provider, by: 'path' } : undefined;
  };
}

/** A variable whose value is not known stands between two holes. */
const variable = new RegExp(`${hole}\\$(\\w+)${hole}`, 'g');

/** An address as people read it: `$NAME` for a variable, `…` for what is not known. */
export const shownAddress = (address: string): string =>
  address.replace(variable, (_, name: string) => `$${name}`).replaceAll(hole, '…');

/** Where an account or its models are managed. */
const managing =
  /[/\0](models|engines|files|usage|billing(\/.*)?|dashboard\/.*|account|balance|quota|subscriptions?|languages|supported-languages|getlang|doc|docs|credits|organizations|voices|issueToken|oauth2?\/token|token|tags|version|pull|show|ps|health|healthz|health_?check|livez|readyz|ping|metrics|user|user\/(info|status|balance|self|profile)|me|api_keys?|files\/[^/]*|upload\/.*|tasks\/[^/]*|app\/info|web-?search)\/?(\?[^/]*)?$/i;

/** Whether an address is one where an account or its models are managed, and nothing is inferred. */
export const isManaging = (address: string): boolean => managing.test(address);

/** An address that is known to its host, which is nobody's, and no machine's near by. */
export const isForeign = (address: string): boolean => foreign.test(address);

const foreign = new RegExp(
  `^(https?|wss?)://(?!localhost|127\\.|10\\.|192\\.168\\.|0\\.0\\.0\\.0)[^/${hole}]+(/|$)`,
);

/** Where code and its documentation stand under whatever name. */
const pages =
  /(^|\.)(github\.com|githubusercontent\.com|githubassets\.com|gitlab\.com|npmjs\.(com|org)|pypi\.org|readthedocs\.io|medium\.com|youtube\.com|wikipedia\.org|jsdelivr\.net|unpkg\.com)$/;

/** What is not known after a whole host begins its path: `${host}${path}`. */
const pathAfter = new RegExp(`(?<=\\.[a-z]{2,})${hole}.*$`, 'i');

const mentions = (text: string, { name, names }: ProviderRule): boolean => {
  const lower = text.toLowerCase();
  return [name, ...names].some((each) => lower.includes(each));
};

const mayBeAddress = (text: string): boolean =>
  text.length < 2000 && !/\s/.test(text) && /[/:\0]/.test(text);

const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');

const hostPattern = (host: string): RegExp =>
  new RegExp(`(^|@)${escaped(host).replaceAll('*', `[\\w.$${hole}-]+`)}(:\\d+)?$`, 'i');

/**
 * At the end of the path, so that `/v1/models` in the middle of a longer one is not taken for it. A
 * base that is not known may end with the slash that the path begins with, and a question that is
 * not known may follow.
 */
const pathPattern = (path: string): RegExp =>
  new RegExp(
    `${escaped(path).replace(/^\//, `[/${hole}]`).replaceAll('*', `[^/]*`)}(?=$|[?#:]|${hole}$)`,
  );
