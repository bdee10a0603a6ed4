export { countModel, type ModelCounts } from './count.ts';
export type { NodeCount } from './graph-counter.ts';
export * from './kernels/index.ts';
