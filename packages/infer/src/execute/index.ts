export { type BreakerOptions, type BreakerState, Breakers, type Permit } from './breaker.ts';
export { type Clock, systemClock } from './clock.ts';
export { execute } from './execute.ts';
export { attemptTimeoutMs } from './remaining.ts';
export type { Attempt, AttemptContext, ExecuteOptions, Execution } from './types.ts';
