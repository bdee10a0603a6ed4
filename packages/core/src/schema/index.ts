export * from './scalars.ts';
export * from './parse.ts';
