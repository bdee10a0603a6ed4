export * from './documents.ts';
export * from './paths.ts';
export * from './reports.ts';
export * from './install.ts';
