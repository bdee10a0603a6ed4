export { countOf, type Shape as KnownShape, type ValueFacts } from './facts.ts';
export { type Inference, type InferenceOptions, inferValues } from './infer.ts';
