import {
  type Attributes,
  type Context,
  type Meter,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { DestinationStream } from 'pino';
import { createLog, type Logger, type LogLevel } from './log.ts';
import { spanFileExporter } from './span-file.ts';
import { activeContext, withContext } from './trace-context.ts';

export interface TelemetryOptions {
  /** Who speaks: `hub`, `edge`, `agent`. */
  readonly service: string;
  /** Tells instances of one service apart: a region, a device id. */
  readonly instance?: string;
  readonly version?: string;
  /** Default `info`. */
  readonly logLevel?: LogLevel;
  /** Where log lines go; stderr by default. */
  readonly logDestination?: DestinationStream;
  /** Appends finished spans to this file; without it spans only carry the trace along. */
  readonly traceFile?: string;
}

/**
 * What one app tells about itself. Each app makes its own, so that several run in one process
 * without mixing their figures; nothing here is process-global.
 */
export interface Telemetry {
  readonly service: string;
  readonly log: Logger;
  /** Makes counters, histograms and gauges; names in snake case with the unit at the end. */
  readonly meter: Meter;
  /** All metrics in Prometheus' text format 0.0.4. */
  metricsText(): Promise<string>;
  /** Begins a span without making it active; the caller ends it. */
  startSpan(name: string, options?: SpanOptions): Span;
  /** Runs `task` in a span of its own: active for what it starts, ended with its outcome. */
  span<T>(name: string, task: (span: Span) => Promise<T>, options?: SpanOptions): Promise<T>;
  /** Flushes and stops. */
  close(): Promise<void>;
}

export interface SpanOptions {
  readonly attributes?: Attributes;
  readonly kind?: 'internal' | 'server' | 'client';
  /** What it continues; the active context by default. */
  readonly parent?: Context;
}

/** Makes an app's metrics, spans and log. */
export function openTelemetry(options: TelemetryOptions): Telemetry {
  const resource = resourceFromAttributes({
    'service.name': `selvedge-${options.service}`,
    ...(options.instance ? { 'service.instance.id': options.instance } : {}),
    ...(options.version ? { 'service.version': options.version } : {}),
  });
  const reader = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  const meters = new MeterProvider({ resource, readers: [reader] });
  const file = options.traceFile;
  const tracers = new TracerProvider({
    resource,
    sampler: file
      ? new AlwaysOnSampler()
      : new ParentBasedSampler({ root: new AlwaysOffSampler() }),
    spanProcessors: file ? [new BatchSpanProcessor({ exporter: spanFileExporter(file) })] : [],
  });
  const tracer = tracers.getTracer('selvedge');
  const startSpan: Telemetry['startSpan'] = (name, { attributes, kind, parent } = {}) =>
    tracer.startSpan(
      name,
      { kind: spanKinds[kind ?? 'internal'], ...(attributes ? { attributes } : {}) },
      parent ?? activeContext(),
    );

  return {
    service: options.service,
    log: createLog({
      service: options.service,
      level: options.logLevel ?? 'info',
      ...(options.logDestination ? { destination: options.logDestination } : {}),
    }),
    meter: meters.getMeter('selvedge'),
    metricsText: async () => serializer.serialize((await reader.collect()).resourceMetrics),
    startSpan,
    async span(name, task, spanOptions = {}) {
      const span = startSpan(name, spanOptions);
      try {
        return await withContext(trace.setSpan(spanOptions.parent ?? activeContext(), span), () =>
          task(span),
        );
      } catch (caught) {
        span.setStatus({
          code: SpanStatusCode.ERROR,
          message: (caught as Error)?.message ?? String(caught),
        });
        throw caught;
      } finally {
        span.end();
      }
    },
    close: async () => {
      await tracers.shutdown();
      await meters.shutdown();
    },
  };
}

const spanKinds = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, client: SpanKind.CLIENT };
