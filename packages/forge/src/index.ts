export * from './build/index.ts';
export { engineModel, type ModelFile } from './build/model-file.ts';
export { findInputs, type Trial } from './build/random-inputs.ts';
export { type LoadedModel, loadModel } from './build/source-model.ts';
export * from './compat/index.ts';
export * from './inspect/index.ts';
export { makeRunner, type Runner } from './measure/runner.ts';
export * from './observe/index.ts';
export * from './report/index.ts';
