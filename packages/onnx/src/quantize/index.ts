export { type QuantizeOptions, quantizeDynamic } from './dynamic.ts';
