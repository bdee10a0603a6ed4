export { nearest } from './nearest.ts';
export * from './parse.ts';
export * from './scalars.ts';
