export {
  createEmulatedEngine,
  type EmulatedEngine,
  type EmulatedEngineOptions,
  type ModelCost,
} from './engine.ts';
export { graphCost } from './graph-cost.ts';
