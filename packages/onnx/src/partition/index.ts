export type { Crossing } from './crossings.ts';
export { type Partition, type Partitioning, partition } from './partition.ts';
export type { PartitionPolicy } from './policy.ts';
