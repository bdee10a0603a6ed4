import type { CommandModule } from '../command.ts';

/** Every command, in the order of `selvedge --help`. */
export const commands: readonly CommandModule[] = [];
