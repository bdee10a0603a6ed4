export type { Compensation } from './compensation.ts';
export { momentSquares, type Square } from './moment-squares.ts';
