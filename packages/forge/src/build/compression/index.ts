export { compressedPrecisions } from './compressed.ts';
export { compressionOf } from './method.ts';
export { findSaving, savingInWords } from './saving.ts';
