import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import {
  type Context,
  context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';

/**
 * Carries the trace from hop to hop, as W3C Trace Context level 1 writes it.
 *
 * The store is this module's own and not OpenTelemetry's global context manager, because an agent
 * embedded in somebody's program must not take that over. Where the host program has one, its
 * active trace is continued.
 */
const active = new AsyncLocalStorage<Context>();
const propagator = new W3CTraceContextPropagator();

/** The context of the present request or task; the host program's, where we have none. */
export function activeContext(): Context {
  return active.getStore() ?? context.active();
}

/** Runs `task`, and whatever it starts, inside `within`. */
export function withContext<T>(within: Context, task: () => T): T {
  return active.run(within, task);
}

/** The context that the headers of an incoming request continue; a fresh one without them. */
export function contextOfHeaders(headers: Readonly<Record<string, unknown>>): Context {
  return propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
}

/**
 * The headers (`traceparent`, and `tracestate` where there is one) that an outgoing request
 * carries. Without an active trace a new one begins, unsampled: each request can be found again
 * in the next hop's logs.
 */
export function traceHeaders(from: Context = activeContext()): Record<string, string> {
  const headers: Record<string, string> = {};
  propagator.inject(trace.getSpanContext(from) ? from : newTrace(), headers, defaultTextMapSetter);
  return headers;
}

/** The id of the active trace, 32 hex digits, for logs and answers. */
export function activeTraceId(): string | undefined {
  return trace.getSpanContext(activeContext())?.traceId;
}

function newTrace(): Context {
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    traceFlags: TraceFlags.NONE,
  });
}
