import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('../..', import.meta.url));

/** Where the built page is, for the hub to serve. */
export const consoleFiles = join(home, 'dist', 'page');

/**
 * Builds the page into {@link consoleFiles}, unless what is there was made from the same sources.
 * @returns whether anything was built.
 */
export async function buildConsole(
  options: { onProgress?: (text: string) => void } = {},
): Promise<boolean> {
  const stamp = join(consoleFiles, 'sources.sha256');
  const sources = await digestOf(home, ['index.html', 'vite.config.ts', 'src/page']);
  if ((await readFile(stamp, 'utf8').catch(() => '')) === sources) return false;
  options.onProgress?.('console: building the page');
  const { build } = await import('vite');
  await build({ root: home, configFile: join(home, 'vite.config.ts'), logLevel: 'error' });
  await writeFile(stamp, sources);
  return true;
}

async function digestOf(base: string, paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of await filesBelow(join(base, path)))
      hash.update(file.slice(base.length)).update(await readFile(file));
  }
  return hash.digest('hex');
}

async function filesBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(
    () => undefined,
  );
  if (!entries) return [path];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
