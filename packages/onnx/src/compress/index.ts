export { type ClusterOptions, clusterWeights } from './cluster-weights.ts';
export type { CompressOptions } from './map-weights.ts';
export { type PruneOptions, pruneWeights } from './prune-weights.ts';
