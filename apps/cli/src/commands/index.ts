import type { CommandModule } from '../command.ts';
import { fleet } from './fleet.ts';
import { hub } from './hub.ts';

/** Every command, in the order of `selvedge --help`. */
export const commands: readonly CommandModule[] = [hub, fleet];
