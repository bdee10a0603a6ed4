export { readAll } from './body.ts';
export { type HttpRequest, type HttpResponse, httpFetch } from './client.ts';
export { answerOfError, type ErrorBody, errorBody } from './error-body.ts';
export type { Readiness, ReadyCheck } from './health.ts';
export { failForStatus, fetchJson, type JsonRequest, requestJson } from './json.ts';
export { isLoopbackName, loopbackGuard, type RequestGuard } from './loopback-guard.ts';
export { sendError } from './send-error.ts';
export { createServer, type Server, type ServerOptions } from './server.ts';
