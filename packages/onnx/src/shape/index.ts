export { type Dim, type Expression, isExpression, sameDim, textOf } from './dimension.ts';
export { countOf, type Sizes as KnownShape, type ValueFacts } from './facts.ts';
export {
  type Inference,
  inferValues,
  type Observed,
  withObserved,
} from './infer.ts';
export type { InferenceOptions } from './inference-options.ts';
