export * from './build/index.ts';
export * from './inspect/index.ts';
export * from './report/index.ts';
