export { fixFor } from './fix-for.ts';
export { fixHelps } from './fix-helps.ts';
export { isNotLoaded } from './not-loaded.ts';
export {
  type CostedModel,
  costedModel,
  type Prediction,
  predictOn,
} from './predict-on.ts';
export { type ProviderEntry, providers } from './providers.ts';
export { supportList } from './support-list.ts';
export {
  type Compatibility,
  type Finding,
  type TargetVerdict,
  type VerdictOptions,
  verdictFor,
  verdictOn,
} from './verdict.ts';
