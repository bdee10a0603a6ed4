import type { CommandModule } from '../command.ts';
import { build } from './build.ts';
import { edge } from './edge.ts';
import { fleet } from './fleet.ts';

/** Every command, in the order of `selvedge --help`. */
export const commands: readonly CommandModule[] = [build, edge, fleet];
