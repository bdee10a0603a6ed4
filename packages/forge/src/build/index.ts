export { type BuildOptions, build, gateOf } from './build.ts';
export { precisions } from './convert.ts';
export type { BuildProgress } from './progress.ts';
