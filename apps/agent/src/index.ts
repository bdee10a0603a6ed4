export { type Agent, openAgent } from './agent.ts';
export type { AgentFamily, AgentState } from './agent-state.ts';
export { type DaemonOptions, type RunningAgent, startAgent } from './daemon.ts';
export type { DecisionTrace } from './decision-log.ts';
export { type OnceReport, runOnce } from './once.ts';
export type { AgentEvent, AgentOptions, CloudEndpoint } from './options.ts';
export type { PollResult } from './poll.ts';
export type { RoundResult } from './rounds.ts';
export type { Inference, InferRequest } from './router.ts';
