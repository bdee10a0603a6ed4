export { type BuildOptions, build, gateOf } from './build.ts';
export { precisions } from './precision/index.ts';
export type { BuildProgress } from './progress.ts';
