export { type Emulation, type EmulationOptions, emulate, type Layer } from './emulate.ts';
export {
  type CostOf,
  createEmulatedEngine,
  type EmulatedEngine,
  type EmulatedEngineOptions,
  type ModelCost,
  type Shapes,
} from './engine.ts';
export { type GraphCost, graphCost } from './graph-cost.ts';
