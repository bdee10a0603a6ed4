export { type BuildOptions, build, gateOf } from './build.ts';
export { type BuildCache, type CacheOptions, openBuildCache } from './cache/index.ts';
export { precisions } from './precision/index.ts';
export type { BuildProgress } from './progress.ts';
