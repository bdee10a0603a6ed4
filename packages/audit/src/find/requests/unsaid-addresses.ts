import type { CallSite } from '../../language/code.ts';
import { hole, type SourceFile } from '../../resolve/index.ts';
import type { ProviderRule } from '../../rules/index.ts';
import { isForeign, isManaging, type MatchAddress, shownAddress } from '../addresses/index.ts';
import { named } from './made-by.ts';
import { codeOf, providerNamed } from './signs.ts';

/** Whose a request is whose address only configuration knows, and the line that says so. */
export interface UnsaidAddress {
  readonly provider: ProviderRule;
  /** For people. */
  readonly says: string;
  readonly by: 'written' | 'class';
  readonly line: number;
}

/**
 * Tells whose a request is that posts what a model is asked to an address that nothing says: the one
 * provider's whose host the file writes (a default, an example), or whom its class is named after.
 *
 * @param addresses what is known of the address
 */
export function unsaidAddress(
  { fn: site, owner }: CallSite,
  file: SourceFile,
  addresses: readonly string[],
  match: MatchAddress,
  providers: readonly ProviderRule[],
): UnsaidAddress | undefined {
  const fn = named(site);
  if (!fn || accounts.test(fn.name) || addresses.some(isOthers)) return undefined;
  const code = codeOf({ file, fn });
  if (!posts.test(code)) return undefined;
  const written = hostsWritten(file, match);
  const [first] = written;
  if (first && written.every(({ provider }) => provider === first.provider))
    return { ...first, says: `as ${shownAddress(first.address)} is written here`, by: 'written' };
  if (written.length > 0 || owner === undefined || !asks.test(code)) return undefined;
  const provider = providerNamed(owner.toLowerCase(), providers);
  const line = file.code.types.find(({ name }) => name === owner)?.line ?? fn.line;
  return provider && { provider, says: `${owner} is named after it`, by: 'class', line };
}

/** Functions that ask for an account, and infer nothing. */
const accounts =
  /(access|refresh|auth|get|fetch|issue|bearer)_?token$|log_?(in|out)|sign_?in|oauth|models$|balance|billing|usage|upload|webhook|telemetry|health/i;

const posts = /post/i;

const asks =
  /prompt|messages|question|translat|transcri|speech|synthes|completion|embedding|caption|summar|\bocr\b/i;

/** A path on the application's own server, or one of several parts that is no model's. */
const isOthers = (address: string): boolean =>
  /^\/?api\//.test(address) || (severalParts.test(address) && !asks.test(address));

const severalParts = new RegExp(`^${hole}[^/]*(/[\\w-]+){2}`);

interface Written {
  readonly address: string;
  readonly provider: ProviderRule;
  readonly line: number;
}

const known = new WeakMap<SourceFile, readonly Written[]>();

/** The addresses of services that a file writes as texts, without its comments. */
function hostsWritten(file: SourceFile, match: MatchAddress): readonly Written[] {
  const found =
    known.get(file) ??
    file.text.split('\n').flatMap((text, at): Written[] =>
      /^\s*(\/\/|\*|\/\*|#)/.test(text)
        ? []
        : [...text.matchAll(/"((?:https?|wss):\/\/[^"\s]{4,300})"/g)].flatMap(
            ([, address = '']) => {
              const isServer = isManaging(address) || !isForeign(address);
              const matched = isServer ? undefined : match(address, '');
              return matched?.by === 'host'
                ? [{ address, provider: matched.provider, line: at + 1 }]
                : [];
            },
          ),
    );
  known.set(file, found);
  return found;
}
