import { mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, toSelvedgeError } from '@selvedge/core/errors';
import type { ModelFile } from './model-file.ts';
import { type StagedModel, stageModel, writeDurably } from './stage-model.ts';

/**
 * A build directory in the making. Everything is written under `OUT/.building-<pid>` and moved
 * into place by `finish`, the report last: whoever finds a report finds the whole build, and
 * whoever interrupts a build leaves the previous one's files as they were.
 */
export interface Staging {
  write(file: string, bytes: Uint8Array | string): Promise<void>;
  /** Writes a variant's model, and what stands beside it, and says where. */
  writeModel(id: string, model: ModelFile): Promise<StagedModel>;
  /** A directory of its own for what is on its way into the build; it goes with the staging. */
  workspace(): string;
  /** Moves the build into place. Files that no build makes are not touched. */
  finish(): Promise<void>;
  /** Removes what was written, and the directory itself where this build made it. */
  discard(): Promise<void>;
}

/** What a build directory holds; `report.json` says that it is whole. */
const entries = ['policy.yaml', 'report.md', 'report.html', 'variants', 'report.json'];

/** @throws SelvedgeError `io-failed`, `disk-full`, `bad-input` when OUT is a file */
export async function openStaging(directory: string): Promise<Staging> {
  const made = await mkdir(directory, { recursive: true }).catch((cause) =>
    explain(cause, directory),
  );
  await removeAbandoned(directory);
  const staged = join(directory, `.building-${process.pid}`);
  await mkdir(staged).catch((cause) => explain(cause, directory));
  openHere.add(staged);
  let workspaces = 0;
  return {
    write: async (file, bytes) => {
      const path = join(staged, file);
      await mkdir(dirname(path), { recursive: true });
      await writeDurably(path, bytes).catch((cause) => explain(cause, path));
    },
    writeModel: (id, model) =>
      stageModel(staged, id, model).catch((cause) => explain(cause, staged)),
    workspace: () => join(staged, 'work', String(workspaces++)),
    finish: () =>
      moveIntoPlace(staged, directory)
        .then(() => void openHere.delete(staged))
        .catch((cause) => explain(cause, directory)),
    discard: async () => {
      openHere.delete(staged);
      await rm(staged, { recursive: true, force: true });
      if (made !== undefined) await rmdir(directory).catch(() => {});
    },
  };
}

async function moveIntoPlace(staged: string, directory: string): Promise<void> {
  const built = new Set(await readdir(staged));
  const old = join(staged, 'old');
  await mkdir(old);
  // The report goes first and comes last: in between there is no build here.
  for (const entry of [...entries].reverse())
    await moveAway(join(directory, entry), join(old, entry));
  for (const entry of entries) {
    if (built.has(entry)) await rename(join(staged, entry), join(directory, entry));
  }
  await syncDirectory(directory);
  await rm(staged, { recursive: true, force: true });
}

async function moveAway(from: string, to: string): Promise<void> {
  await rename(from, to).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
  });
}

/** Directories cannot be synced on every platform; where they can, the renames become durable. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/** What builds left here that were killed. */
async function removeAbandoned(directory: string): Promise<void> {
  for (const entry of await readdir(directory).catch((cause) => explain(cause, directory))) {
    const pid = Number(/^\.building-(\d+)$/.exec(entry)?.[1] ?? 0);
    if (pid > 0 && !isAtWork(pid, join(directory, entry)))
      await rm(join(directory, entry), { recursive: true, force: true });
  }
}

/** Of this process. In a container every build may have the same id, so that it alone tells nothing. */
const openHere = new Set<string>();

const isAtWork = (pid: number, staged: string): boolean =>
  pid === process.pid ? openHere.has(staged) : isAlive(pid);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (caught) {
    return (caught as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function explain(cause: NodeJS.ErrnoException, path: string): never {
  if (cause.code === 'ENOSPC') {
    fail('disk-full', `no room on the disk for ${path}`, { hint: 'free some space', cause });
  }
  if (cause.code === 'EEXIST' || cause.code === 'ENOTDIR') {
    fail('bad-input', `${path} is not a directory`, { hint: 'give --out a directory', cause });
  }
  throw toSelvedgeError(cause, 'io-failed');
}
