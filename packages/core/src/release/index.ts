export * from './documents.ts';
export * from './install.ts';
export * from './paths.ts';
export * from './reports.ts';
