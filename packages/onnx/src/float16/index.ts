export { toFloat16 } from './convert.ts';
export type { Float16Options } from './plan.ts';
