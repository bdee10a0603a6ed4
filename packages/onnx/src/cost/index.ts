export { countModel, type ModelCounts } from './count.ts';
export type { NodeCount } from './graph-counter.ts';
