export * from './calibrate/index.ts';
export { type QuantizeOptions, quantizeDynamic } from './dynamic.ts';
export { quantizeWeights4, type Weights4Options } from './int4/index.ts';
export {
  type InputMoments,
  type LayerMoments,
  MomentCollector,
  type MomentRequest,
  momentRequests,
} from './moments/index.ts';
export * from './static/index.ts';
