export { defaultLabels, defaultObjective, defaultPolicy } from './default-policy.ts';
export { describeDecision, describeRejection } from './describe.ts';
export { RouteFactsDocument, RouteRequestDocument } from './documents.ts';
export { compileCondition } from './expression.ts';
export * from './policy.ts';
export { tierRank, unknownLabelRule, unlabelledRule } from './privacy.ts';
export { type CompiledRoute, compileRoute } from './route.ts';
export { isRefusal } from './ruled-out.ts';
export * from './types.ts';
