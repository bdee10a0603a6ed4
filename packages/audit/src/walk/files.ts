import type { Dirent } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileCounter } from './count.ts';
import { type IgnoreRules, rulesAbove } from './ignored.ts';
import { directoryIsNotOurs } from './not-ours.ts';

/** Something that was not audited, and why. */
export interface Skipped {
  readonly path: string;
  /** Of a directory: source files below it, as far as they were counted. */
  readonly files?: number;
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
 * @param isSource whether a file of this name counts among those of a directory that is left out
 */
export async function* walkFiles(
  root: string,
  onSkipped: (skipped: Skipped) => void,
  isSource: (name: string) => boolean,
): AsyncGenerator<FileEntry> {
  const real = await realpath(root);
  const walk = { root: real, onSkipped, count: fileCounter(isSource) };
  yield* walkDirectory(walk, '', rulesAbove(await ignoredAbove(real)));
}

/** The `.gitignore` files from the repository's root down to the directory above. */
async function ignoredAbove(root: string): Promise<{ prefix: string; gitignore: string }[]> {
  const found: { prefix: string; gitignore: string }[] = [];
  for (let at = root; !(await exists(join(at, '.git'))); at = dirname(at)) {
    if (dirname(at) === at) return [];
    const prefix = relative(dirname(at), root).split(sep).join('/');
    const gitignore = await readText(join(dirname(at), '.gitignore'));
    if (gitignore !== undefined) found.unshift({ prefix, gitignore });
  }
  return found;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

interface Walk {
  readonly root: string;
  readonly onSkipped: (skipped: Skipped) => void;
  /** Source files below a directory. */
  readonly count: (directory: string) => Promise<number>;
}

async function* walkDirectory(
  walk: Walk,
  directory: string,
  outer: IgnoreRules,
): AsyncGenerator<FileEntry> {
  const { root, onSkipped } = walk;
  const entries = await entriesOf(root, directory, onSkipped);
  const rules = entries.some((entry) => entry.name === '.gitignore' && entry.isFile())
    ? outer.within(directory, await readText(join(root, directory, '.gitignore')))
    : outer;
  for (const entry of entries) {
    const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
    if (isHistory(entry)) continue;
    const reason = leaveOut(entry, path, rules);
    if (reason && entry.isDirectory())
      onSkipped({ path: `${path}/`, reason, files: await walk.count(join(root, path)) });
    else if (reason) onSkipped({ path, reason });
    else if (entry.isDirectory()) yield* walkDirectory(walk, path, rules);
    else if (entry.isFile()) yield { path };
  }
}

/** What a version control keeps of its own. */
const isHistory = (entry: Dirent): boolean =>
  /^\.(git|hg|svn)$/.test(entry.name) && entry.isDirectory();

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
