import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { type Context, SpanStatusCode, trace } from '@opentelemetry/api';
import { contextOfHeaders, type Telemetry } from '../telemetry/index.ts';

/** One request being answered, as access metrics, the trace and the log see it. */
export interface Access {
  /** The context in which its handler runs. */
  readonly context: Context;
  /** The route's pattern, known once it is routed: never the URL, which would be one series each. */
  route(pattern: string): void;
}

/**
 * Watches requests from first byte to last: a span that continues the caller's trace, the
 * duration histogram, the number in flight, response bytes, and a log line (level `debug`).
 */
export function accessWatcher(
  telemetry: Telemetry,
): (request: IncomingMessage, response: ServerResponse) => Access {
  const { meter } = telemetry;
  const duration = meter.createHistogram('http_server_request_duration_seconds', {
    description: 'Time from the request to the end of its answer',
    unit: 's',
    advice: {
      explicitBucketBoundaries: [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
      ],
    },
  });
  const inFlight = meter.createUpDownCounter('http_server_active_requests', {
    description: 'Requests being answered now',
  });

  return (request, response) => {
    const started = performance.now();
    const method = knownMethods.has(request.method ?? '') ? request.method! : 'other';
    let route = 'unmatched';
    const parent = contextOfHeaders(request.headers);
    const span = telemetry.startSpan(`${method} ${telemetry.service}`, { kind: 'server', parent });
    inFlight.add(1);
    response.once('close', () => {
      const seconds = (performance.now() - started) / 1e3;
      const cut = !response.writableFinished;
      const status = cut && !response.headersSent ? 499 : response.statusCode;
      inFlight.add(-1);
      duration.record(seconds, {
        method,
        route,
        status: String(status),
        ...(cut ? { cut: 'true' } : {}),
      });
      span.updateName(`${method} ${route}`).setAttributes({
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': status,
      });
      if (status >= 500 || cut) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
      telemetry.log.debug(
        {
          method,
          route,
          status,
          ms: Math.round(seconds * 1e5) / 100,
          traceId: span.spanContext().traceId,
        },
        'answered',
      );
    });
    return {
      context: trace.setSpan(parent, span),
      route: (pattern) => {
        route = pattern;
      },
    };
  };
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
