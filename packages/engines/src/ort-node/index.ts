export {
  createOrtEngine,
  type Isolation,
  type OrtEngine,
  type OrtEngineOptions,
} from './engine.ts';
