import type { CommandModule } from '../command.ts';
import { agent } from './agent.ts';
import { build } from './build.ts';
import { edge } from './edge.ts';
import { emulate } from './emulate.ts';
import { fleet } from './fleet.ts';
import { hub } from './hub.ts';
import { inspect } from './inspect.ts';
import { keys } from './keys.ts';
import { publish } from './publish.ts';
import { release } from './release.ts';
import { route } from './route.ts';
import { run } from './run.ts';
import { targets } from './targets.ts';
import { up } from './up.ts';

/** Every command, in the order of `selvedge --help`. */
export const commands: readonly CommandModule[] = [
  up,
  hub,
  build,
  inspect,
  keys,
  publish,
  release,
  targets,
  emulate,
  run,
  edge,
  agent,
  fleet,
  route,
];
