export * from './edge.ts';
export * from './hub.ts';
