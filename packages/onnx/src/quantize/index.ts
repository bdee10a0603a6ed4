export * from './calibrate/index.ts';
export { type QuantizeOptions, quantizeDynamic } from './dynamic.ts';
