import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { mkdir, open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../stage-model.ts';

/** What a build directory holds; `report.json` says that it is whole. */
export const entries = ['policy.yaml', 'report.md', 'report.html', 'variants', 'report.json'];

/** Where a build is made, below the directory that it is for. */
export const stagingFolder = '.building';

/** Which entries an earlier build had: with it {@link takeBack} knows of every entry whose it is. */
const swapFile = 'replaces.json';
const oldFolder = 'old';

/**
 * Moves a staged build to where it belongs, and the earlier one out of its way. The report goes first
 * and comes last: in between there is no build. Where a move fails the earlier build is put back.
 */
export async function moveIntoPlace(staged: string, directory: string): Promise<void> {
  const built = new Set(await readdir(staged));
  const replaced = entries.filter((entry) => existsSync(join(directory, entry)));
  const old = join(staged, oldFolder);
  await mkdir(old);
  await writeDurably(join(staged, swapFile), JSON.stringify(replaced));
  await syncDirectory(staged);
  try {
    for (const entry of [...replaced].reverse())
      await rename(join(directory, entry), join(old, entry));
    for (const entry of entries)
      if (built.has(entry)) await rename(join(staged, entry), join(directory, entry));
  } catch (caught) {
    takeBack(staged, directory);
    throw caught;
  }
  await syncDirectory(directory);
}

/**
 * Puts back what {@link moveIntoPlace} moved away, if it was stopped on its way. May itself be stopped
 * anywhere and done again. Synchronous: a process that is ending has no time for more.
 */
export function takeBack(staged: string, directory: string): void {
  const replaced = replacedBy(staged);
  // A report that stands there is the old one, before anything was moved, or the new one, after all was.
  if (!replaced || existsSync(join(directory, 'report.json'))) return;
  for (const entry of entries) {
    const [old, place] = [join(staged, oldFolder, entry), join(directory, entry)];
    const isAway = existsSync(old);
    if (isAway || !replaced.includes(entry)) rmSync(place, { recursive: true, force: true });
    if (isAway) renameSync(old, place);
  }
}

function replacedBy(staged: string): string[] | undefined {
  try {
    return JSON.parse(readFileSync(join(staged, swapFile), 'utf8')) as string[];
  } catch {
    // Nothing is moved before that file is whole.
    return undefined;
  }
}

/** Directories cannot be synced on every platform; where they can, the renames become durable. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
