import type { CommandModule } from '../command.ts';

/**
 * Every command, in the order of `selvedge --help`. Each is loaded when it is asked for: most of
 * them bring a room with native code along.
 */
export const commands: Readonly<Record<string, () => Promise<CommandModule>>> = {
  up: async () => (await import('./up.ts')).up,
  hub: async () => (await import('./hub.ts')).hub,
  edge: async () => (await import('./edge.ts')).edge,
  agent: async () => (await import('./agent.ts')).agent,
  build: async () => (await import('./build.ts')).build,
  inspect: async () => (await import('./inspect.ts')).inspect,
  matrix: async () => (await import('./matrix.ts')).matrix,
  targets: async () => (await import('./targets.ts')).targets,
  emulate: async () => (await import('./emulate.ts')).emulate,
  run: async () => (await import('./run.ts')).run,
  keys: async () => (await import('./keys.ts')).keys,
  publish: async () => (await import('./publish.ts')).publish,
  release: async () => (await import('./release.ts')).release,
  fleet: async () => (await import('./fleet.ts')).fleet,
  route: async () => (await import('./route.ts')).route,
  audit: async () => (await import('./audit.ts')).audit,
};
