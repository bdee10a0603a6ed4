import type { Command } from 'commander';
import type { Io } from './io.ts';

/**
 * Adds one command to the program. Each lives in a file of its own under `commands/`: it parses,
 * calls a room, prints. `run` wraps an action so that errors become the one line and exit code.
 */
export type CommandModule = (program: Command, run: RunAction) => void;

/**
 * Wraps an action: gives it an Io made from the options and turns what it throws into the
 * reported error. The action returns nothing, or the exit code (1 for a gate that said no).
 */
export type RunAction = <A extends unknown[]>(
  // biome-ignore lint/suspicious/noConfusingVoidType: an action may simply end
  action: (io: Io, ...args: A) => Promise<number | void>,
) => (...args: [...A, ...unknown[]]) => Promise<void>;
