export { compressedPrecisions } from './compressed.ts';
export { checkCompression, compressionOf } from './method.ts';
export { findSaving, savingInWords } from './saving.ts';
