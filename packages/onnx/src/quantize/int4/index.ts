export type { Weights4Options } from './options.ts';
export { quantizeWeights4 } from './quantize-weights4.ts';
