export { type BuildCache, type CacheOptions, openBuildCache } from './build-cache.ts';
export { buildKey, digestInputs, draftKey, type InputDigests } from './build-key.ts';
export { keepBuild, restoreBuild } from './cached-build.ts';
