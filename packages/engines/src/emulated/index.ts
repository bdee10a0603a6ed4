export type { ChipCondition } from './condition.ts';
export type { CostOf, ModelCost, Shapes } from './cost.ts';
export { type Emulation, type EmulationOptions, emulate } from './emulate.ts';
export { createEmulatedEngine, type EmulatedEngine, type EmulatedEngineOptions } from './engine.ts';
export { type GraphCost, graphCost } from './graph-cost.ts';
export type { Layer } from './layers.ts';
export type { PartitionOf } from './partition-of.ts';
export { type Placed, type PlacedPartition, placed } from './placed.ts';
