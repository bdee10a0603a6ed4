export {
  type BuildCache,
  type CacheEntry,
  type CacheOptions,
  type FileOnDisk,
  openBuildCache,
} from './build-cache.ts';
export { buildKey, digestInputs, draftKey, type InputDigests } from './build-key.ts';
export { keepBuild, restoreBuild } from './cached-build.ts';
