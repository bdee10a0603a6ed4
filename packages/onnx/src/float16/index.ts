export { toFloat16 } from './convert.ts';
export { float16Values } from './float16-values.ts';
export type { Float16Options } from './plan.ts';
