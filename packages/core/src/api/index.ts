export * from './edge.ts';
export * from './hub.ts';
export * from './reports.ts';
