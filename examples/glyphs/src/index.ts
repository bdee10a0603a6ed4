export { type Size, sizes } from './architecture.ts';
export { digestOf, familyFingerprint, makeSampleFamily } from './family.ts';
export { classes } from './glyphs.ts';
export { modelOf } from './model.ts';
export { drawSamples, evaluationCount, evaluationSeed, type Samples, side } from './samples.ts';
export { readWeights } from './weights.ts';
