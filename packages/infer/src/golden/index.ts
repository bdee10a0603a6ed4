export { checkGolden, type GoldenResult } from './check.ts';
export { type Comparison, compareTensors, type Tolerance } from './compare.ts';
export { decodeInlineTensor, decodeInlineTensors, encodeInlineTensor } from './inline.ts';
