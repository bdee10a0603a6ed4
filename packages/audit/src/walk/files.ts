import type { Dirent } from 'node:fs';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { type IgnoreRules, noRules } from './ignored.ts';
import { directoryIsNotOurs } from './not-ours.ts';

/** Something that was not audited, and why. */
export interface Skipped {
  readonly path: string;
  readonly reason:
    | 'ignored'
    | 'vendored'
    | 'generated'
    | 'test'
    | 'link'
    | 'too-large'
    | 'unreadable'
    | 'no-parser'
    | 'not-parsed';
  /** For people, where the reason alone does not say it. */
  readonly detail?: string;
}

export interface FileEntry {
  /** Relative to the audited directory, with `/` between its parts. */
  readonly path: string;
}

/**
 * Every file under a directory that the codebase calls its own, in the order of their names. Links
 * are never followed: they could lead out of the directory, or round in it.
 *
 * @param onSkipped told of each file or directory that is left out
 */
export async function* walkFiles(
  root: string,
  onSkipped: (skipped: Skipped) => void,
): AsyncGenerator<FileEntry> {
  yield* walkDirectory(await realpath(root), '', noRules, onSkipped);
}

async function* walkDirectory(
  root: string,
  directory: string,
  outer: IgnoreRules,
  onSkipped: (skipped: Skipped) => void,
): AsyncGenerator<FileEntry> {
  const entries = await entriesOf(root, directory, onSkipped);
  const rules = entries.some((entry) => entry.name === '.gitignore' && entry.isFile())
    ? outer.within(directory, await readText(join(root, directory, '.gitignore')))
    : outer;
  for (const entry of entries) {
    const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
    const reason = leaveOut(entry, path, rules);
    if (reason) onSkipped({ path, reason });
    else if (entry.isDirectory()) yield* walkDirectory(root, path, rules, onSkipped);
    else if (entry.isFile()) yield { path };
  }
}

function leaveOut(entry: Dirent, path: string, rules: IgnoreRules): Skipped['reason'] | undefined {
  if (entry.isSymbolicLink()) return 'link';
  if (!entry.isDirectory()) return rules.ignores(path) ? 'ignored' : undefined;
  return directoryIsNotOurs(entry.name) ?? (rules.ignores(`${path}/`) ? 'ignored' : undefined);
}

async function entriesOf(
  root: string,
  directory: string,
  onSkipped: (skipped: Skipped) => void,
): Promise<Dirent[]> {
  try {
    const entries = await readdir(join(root, directory), { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const detail = (error as NodeJS.ErrnoException).code ?? '';
    onSkipped({ path: directory === '' ? '.' : directory, reason: 'unreadable', detail });
    return [];
  }
}

const readText = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch(() => undefined);
