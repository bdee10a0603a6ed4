import { hole } from '../resolve/index.ts';
import type { ProviderRule } from '../rules/index.ts';

export interface AddressMatch {
  readonly provider: ProviderRule;
  /** A host is one provider's; a path's shape may be anybody's. */
  readonly by: 'host' | 'path';
}

/** Tells whose an address is, by its host, or by the shape of its path. */
export function addressMatcher(
  providers: readonly ProviderRule[],
): (address: string) => AddressMatch | undefined {
  const hosts = providers.flatMap((provider) =>
    provider.hosts.map((host) => ({ provider, by: 'host' as const, pattern: hostPattern(host) })),
  );
  const paths = providers.flatMap((provider) =>
    provider.paths.map((path) => ({ provider, by: 'path' as const, pattern: pathPattern(path) })),
  );
  return (address) => {
    if (!mayBeAddress(address)) return undefined;
    const host = /^(?:https?|wss?|grpcs?):\/\/([^/?#\s]+)/.exec(address)?.[1];
    const named = host && hosts.find(({ pattern }) => pattern.test(host));
    return named || paths.find(({ pattern }) => pattern.test(address));
  };
}

const mayBeAddress = (text: string): boolean =>
  text.length < 2000 && !/\s/.test(text) && /[/:]/.test(text);

const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');

const hostPattern = (host: string): RegExp =>
  new RegExp(`(^|@)${escaped(host).replaceAll('*', `[\\w.${hole}-]+`)}(:\\d+)?$`, 'i');

/** At the end of the path, so that `/v1/models` in the middle of a longer one is not taken for it. */
const pathPattern = (path: string): RegExp =>
  new RegExp(`${escaped(path).replaceAll('*', `[^/]*`)}(?=$|[?#:])`);
