export { createRemoteEngine, type RemoteEngine, type RemoteEngineOptions } from './engine.ts';
export type { Fetch } from './http.ts';
export { type RemoteRunOptions, type RemoteRunResult, RemoteSession } from './session.ts';
