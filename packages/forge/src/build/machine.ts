import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isSelvedgeError } from '@selvedge/core/errors';
import { throwIfAborted } from './inputs/index.ts';
import { type FileLock, makeDirectories, takeFile } from './out/index.ts';

/** What the builds of one machine agree on, so that none is timed while another is. */
export interface Machine {
  /**
   * Measures while no other build does.
   *
   * @param onWait called where another has to end first
   * @returns whether another build was at work all the same, at something else
   * @throws SelvedgeError `cancelled`
   */
  alone<T>(
    measure: () => Promise<T>,
    onWait: () => void,
  ): Promise<{ readonly measured: T; readonly disturbed: boolean }>;
  /** No longer at work here. */
  leave(): void;
}

/** A machine that nobody else builds on, as far as anybody says. */
export const ownMachine: Machine = {
  alone: async (measure) => ({ measured: await measure(), disturbed: false }),
  leave: () => {},
};

/**
 * Joins the builds that share a directory. Each at work has a locked file there, and the one that
 * measures has `latency.lock`; both go with their process. It is advice: where the directory
 * cannot be used, a build goes on as if it were alone.
 */
export async function joinMachine(
  directory: string,
  signal: AbortSignal | undefined,
): Promise<Machine> {
  try {
    await makeDirectories(directory, 0o700);
    // Among temporary files anybody may have made it, to keep others waiting.
    const { uid } = await stat(directory);
    if (process.getuid && process.getuid() !== uid) return ownMachine;
    return new SharedMachine(directory, signal);
  } catch {
    return ownMachine;
  }
}

class SharedMachine implements Machine {
  readonly #directory: string;
  readonly #signal: AbortSignal | undefined;
  #atWork: FileLock | undefined;

  constructor(directory: string, signal: AbortSignal | undefined) {
    this.#directory = directory;
    this.#signal = signal;
    this.#enter();
  }

  async alone<T>(measure: () => Promise<T>, onWait: () => void) {
    this.leave();
    const turn = await this.#turn(onWait);
    try {
      const before = this.#areOthersAtWork();
      const measured = await measure();
      return { measured, disturbed: before || this.#areOthersAtWork() };
    } finally {
      turn?.release();
      this.#enter();
    }
  }

  leave(): void {
    this.#atWork?.release();
    this.#atWork = undefined;
  }

  #enter(): void {
    const own = join(this.#directory, `${workPrefix}${randomUUID()}`);
    this.#atWork = tolerantly(() => takeFile(own, { passing: true }));
  }

  async #turn(onWait: () => void): Promise<FileLock | undefined> {
    const path = join(this.#directory, 'latency.lock');
    for (let told = false; ; told = true) {
      throwIfAborted(this.#signal);
      const taken = tolerantly(() => takeFile(path) ?? 'busy');
      if (taken !== 'busy') return taken;
      if (!told) onWait();
      await delay(waitMs);
    }
  }

  /** Takes the files of builds that were killed on the way, and so removes them. */
  #areOthersAtWork(): boolean {
    const files = tolerantly(() => readdirSync(this.#directory)) ?? [];
    const works = files.filter((file) => file.startsWith(workPrefix));
    return works.some((file) => {
      const path = join(this.#directory, file);
      const taken = tolerantly(() => takeFile(path, { passing: true }) ?? 'busy');
      if (taken !== 'busy') taken?.release();
      return taken === 'busy';
    });
  }
}

const workPrefix = 'at-work-';
const waitMs = 50;

function tolerantly<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (caught) {
    if (isSelvedgeError(caught) || (caught as NodeJS.ErrnoException).code) return undefined;
    throw caught;
  }
}
