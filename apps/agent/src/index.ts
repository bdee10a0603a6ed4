export { type Agent, type AgentState, openAgent } from './agent.ts';
export { type DaemonOptions, type RunningAgent, startAgent } from './daemon.ts';
export type { DecisionTrace } from './decision-log.ts';
export { type OnceReport, runOnce } from './once.ts';
export type { AgentEvent, AgentOptions, CloudEndpoint } from './options.ts';
export type { PollResult } from './poll.ts';
export type { Inference, InferRequest } from './router.ts';
