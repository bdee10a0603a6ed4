export { countModel, type ModelCounts, type NodeCount } from './count.ts';
