import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '@selvedge/core/errors';
import { lockDirectory } from './directory-lock.ts';
import { diskError, isMissing } from './disk-error.ts';
import { makeDirectory } from './sync-directory.ts';
import { writeDurably } from './write-durably.ts';

/** An open data directory: this process owns it until `release`. */
export interface DataDir {
  readonly dir: string;
  release(): void;
}

export interface DataDirOptions {
  /** Whose data it is: `hub`, `edge`, `agent`. A directory of another kind is refused. */
  readonly kind: string;
  /** The layout this program writes, from 1. */
  readonly layout: number;
  /**
   * Takes the directory from layout `from` to `from + 1`. Called once for each step; it must
   * stand being run again, since a crash in the middle repeats the step.
   */
  readonly migrate?: (dir: string, from: number) => Promise<void>;
}

/**
 * Opens (or makes) a data directory: takes its lock, checks `version.json`, migrates forward.
 *
 * @throws SelvedgeError `data-in-use` when anybody has it open, `bad-input` when it belongs to
 * something else or to a newer program, `io-failed`, `disk-full`
 */
export async function openDataDir(dir: string, options: DataDirOptions): Promise<DataDir> {
  try {
    await makeDirectory(dir);
  } catch (caught) {
    throw diskError(caught, `make the data directory ${dir}`);
  }
  const lock = await lockDirectory(dir);
  try {
    await bringForward(dir, options);
  } catch (caught) {
    lock.release();
    throw caught;
  }
  return { dir, release: () => lock.release() };
}

async function bringForward(dir: string, { kind, layout, migrate }: DataDirOptions): Promise<void> {
  const found = await readVersion(dir);
  if (!found) return writeVersion(dir, kind, layout);
  if (found.kind !== kind) {
    fail('bad-input', `${dir} holds the data of another program (${found.kind}), not ${kind}`, {
      hint: 'give this one a directory of its own',
      details: { dir, kind: found.kind },
    });
  }
  if (found.layout > layout) {
    fail(
      'bad-input',
      `${dir} was written by a newer version (layout ${found.layout}, this one knows ${layout})`,
      {
        hint: 'update selvedge, or restore a backup from before',
        details: { dir, layout: found.layout, known: layout },
      },
    );
  }
  for (let from = found.layout; from < layout; from++) {
    await migrate?.(dir, from);
    await writeVersion(dir, kind, from + 1);
  }
}

interface DataVersion {
  readonly kind: string;
  readonly layout: number;
}

async function readVersion(dir: string): Promise<DataVersion | undefined> {
  const path = join(dir, 'version.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (caught) {
    if (isMissing(caught)) return undefined;
    throw diskError(caught, `read ${path}`);
  }
  return parseVersion(text, path);
}

function parseVersion(text: string, path: string): DataVersion {
  try {
    const { kind, layout } = JSON.parse(text) as Partial<DataVersion>;
    if (typeof kind === 'string' && Number.isInteger(layout)) return { kind, layout: layout! };
  } catch {
    // Not JSON: the same answer as for JSON of another form.
  }
  return fail('bad-document', `${path}: expected {"kind","layout"}`, {
    hint: 'restore it from a backup',
    details: { path },
  });
}

const writeVersion = (dir: string, kind: string, layout: number): Promise<void> =>
  writeDurably(join(dir, 'version.json'), `${JSON.stringify({ kind, layout })}\n`, { mode: 0o644 });
