export { type EvaluateConstants, evaluateConstants } from './evaluate-constants.ts';
export { type FreeDimension, fixDimensions, freeDimensions } from './fix-dimensions.ts';
export { foldBatchNorm } from './fold-batch-norm.ts';
export { foldConstants } from './fold-constants.ts';
export { inlineBranches } from './inline-branches.ts';
export { removeIdentities } from './remove-identities.ts';
export { simplify } from './simplify.ts';
