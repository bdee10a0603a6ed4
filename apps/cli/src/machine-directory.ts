import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Where this user's builds on this machine agree on who measures: gone with the session (XDG Base
 * Directory Specification, `XDG_RUNTIME_DIR`), otherwise among temporary files. It holds no data, so
 * that it also serves those who keep no cache.
 */
export function machineDirectory({ XDG_RUNTIME_DIR: runtime }: NodeJS.ProcessEnv): string {
  if (runtime?.startsWith('/')) return join(runtime, 'selvedge');
  return join(tmpdir(), `selvedge-${process.getuid?.() ?? 'builds'}`);
}
