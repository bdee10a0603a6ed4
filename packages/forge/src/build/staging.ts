import { readdirSync, rmdirSync, rmSync } from 'node:fs';
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail } from '@selvedge/core/errors';
import { type ModelFile, sizeOf } from './model-file.ts';
import {
  explainDiskFailure,
  type FileLock,
  makeDirectories,
  moveIntoPlace,
  refuseForeign,
  stagingFolder,
  takeBack,
  takeFile,
} from './out/index.ts';
import { type StagedModel, stageModel, writeDurably } from './stage-model.ts';

/**
 * A build directory in the making. Everything is written under `OUT/.building` and moved into place
 * by `finish`, the report last: whoever finds a report finds the whole build, and whoever interrupts
 * a build leaves the previous one's files as they were. One build at a time has the directory.
 */
export interface Staging {
  write(file: string, bytes: Uint8Array | string): Promise<void>;
  /** Lets a file be put at a path where nothing is; what `put` answers. */
  place(file: string, put: (path: string) => Promise<boolean>): Promise<boolean>;
  /** Writes a variant's model, and what stands beside it, and says where. */
  writeModel(id: string, model: ModelFile): Promise<StagedModel>;
  /** A directory of its own for what is on its way into the build; it goes with the staging. */
  workspace(): string;
  /** Moves the build into place. Files that no build makes are not touched. */
  finish(): Promise<void>;
  /** Removes what was written, and the directories that this build made. */
  discard(): Promise<void>;
}

/**
 * Takes a build directory, made where it is missing, and puts back what a build that was killed had
 * moved away. A process that exits meanwhile removes what was staged.
 *
 * @throws SelvedgeError `usage`, `bad-input` where OUT cannot be a directory or holds somebody else's files
 * under the names of a build's, `data-in-use` while another
 * build is at work in it, `io-failed`, `disk-full`
 */
export async function openStaging(directory: string): Promise<Staging> {
  if (directory === '') fail('usage', '--out is empty', { hint: 'give --out a directory' });
  const explain = (cause: NodeJS.ErrnoException) => explainDiskFailure(cause, directory);
  const made = await makeDirectories(directory).catch(explain);
  const removeMade = async () => {
    for (const level of [...made].reverse()) await rmdir(level).catch(() => {});
  };
  const staged = join(directory, stagingFolder);
  let lock: FileLock | undefined;
  try {
    lock = takeDirectory(directory);
    await clearAbandoned(directory).catch(explain);
    refuseForeign(directory);
    await mkdir(staged).catch(explain);
  } catch (caught) {
    lock?.release();
    await removeMade();
    throw caught;
  }
  const leave = leaveAtExit(staged, directory, made, lock);
  let workspaces = 0;
  return {
    write: async (file, bytes) => {
      const path = join(staged, file);
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeDurably(path, bytes);
      } catch (caught) {
        await rm(path, { force: true }).catch(() => {});
        await explainDiskFailure(caught as NodeJS.ErrnoException, path, lengthOf(bytes));
      }
    },
    place: async (file, put) => {
      const path = join(staged, file);
      try {
        await mkdir(dirname(path), { recursive: true });
        await rm(path, { force: true });
        return await put(path);
      } catch (caught) {
        await rm(path, { force: true }).catch(() => {});
        return explainDiskFailure(caught as NodeJS.ErrnoException, path);
      }
    },
    writeModel: async (id, model) => {
      try {
        return await stageModel(staged, id, model);
      } catch (caught) {
        const path = join(staged, 'variants', id);
        for (const half of [path, `${path}.onnx`])
          await rm(half, { recursive: true, force: true }).catch(() => {});
        return explainDiskFailure(caught as NodeJS.ErrnoException, path, sizeOf(model));
      }
    },
    workspace: () => join(staged, 'work', String(workspaces++)),
    finish: async () => {
      await moveIntoPlace(staged, directory).catch(explain);
      // The build is in place: what cannot be cleared away now, the next one clears.
      await rm(staged, { recursive: true, force: true }).catch(() => {});
      leave();
    },
    discard: async () => {
      try {
        takeBack(staged, directory);
        await rm(staged, { recursive: true, force: true });
      } finally {
        leave();
        await removeMade();
      }
    },
  };
}

function takeDirectory(directory: string): FileLock {
  const lock = takeFile(join(directory, '.lock'), { passing: true });
  if (lock) return lock;
  return fail('data-in-use', `another build is at work in ${directory}`, {
    hint: 'wait for it to end, or give this one another --out',
    details: { out: directory },
  });
}

/** What builds left here that were killed: whoever has the lock is alone. */
async function clearAbandoned(directory: string): Promise<void> {
  const left = join(directory, stagingFolder);
  takeBack(left, directory);
  await rm(left, { recursive: true, force: true });
}

/** @returns gives the directory up, and does nothing at the exit any more */
function leaveAtExit(
  staged: string,
  directory: string,
  made: readonly string[],
  lock: FileLock,
): () => void {
  const atExit = () => {
    try {
      takeBack(staged, directory);
      rmSync(staged, { recursive: true, force: true, maxRetries: 3 });
    } finally {
      lock.release();
    }
    for (const level of [...made].reverse()) {
      if (readdirSync(level).length > 0) return;
      rmdirSync(level);
    }
  };
  process.once('exit', atExit);
  return () => {
    process.off('exit', atExit);
    lock.release();
  };
}

const lengthOf = (bytes: Uint8Array | string): number =>
  typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
