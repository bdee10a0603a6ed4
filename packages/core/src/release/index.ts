export * from './attestations.ts';
export * from './documents.ts';
export * from './install.ts';
export * from './installed.ts';
export * from './paths.ts';
