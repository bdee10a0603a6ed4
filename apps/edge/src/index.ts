export { startEdge } from './edge.ts';
export { deadlineHeader } from './infer/deadline.ts';
export type { Edge, EdgeOptions } from './options.ts';
