import { homedir } from 'node:os';
import { join } from 'node:path';
import { fail } from '@selvedge/core/errors';
import { type BuildCache, openBuildCache } from '@selvedge/forge';

/**
 * The user's build cache: `SELVEDGE_CACHE` (a directory, or `off`), otherwise where the platform
 * keeps what may be thrown away. `SELVEDGE_CACHE_BYTES` bounds it.
 *
 * @throws SelvedgeError `usage`
 */
export function userBuildCache(environment: NodeJS.ProcessEnv): BuildCache | undefined {
  const { SELVEDGE_CACHE: asked, SELVEDGE_CACHE_BYTES: limit } = environment;
  if (asked === 'off') return undefined;
  const directory = asked || join(cacheHome(environment), 'selvedge');
  const maxBytes = limit === undefined ? undefined : bytesOf(limit);
  return openBuildCache(join(directory, 'build'), maxBytes === undefined ? {} : { maxBytes });
}

function bytesOf(limit: string): number {
  if (/^\d{1,15}$/.test(limit)) return Number(limit);
  return fail('usage', `SELVEDGE_CACHE_BYTES is "${limit}"`, {
    hint: 'expected a number of bytes such as 4000000000',
  });
}

/** XDG Base Directory Specification; Apple's and Microsoft's own places where they have one. */
function cacheHome({ XDG_CACHE_HOME: xdg, LOCALAPPDATA: local }: NodeJS.ProcessEnv): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library/Caches');
  if (process.platform === 'win32' && local) return local;
  return xdg?.startsWith('/') ? xdg : join(homedir(), '.cache');
}
