import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode, hrTimeToNanoseconds } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

/**
 * Writes finished spans to a local file, a JSON object a line. Traces are for the person at this
 * machine, so losing the last ones in a crash is acceptable and nothing is fsynced.
 */
export function spanFileExporter(path: string): SpanExporter {
  let pending: Promise<void> = mkdir(dirname(path), { recursive: true }).then(() => {});
  return {
    export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
      const lines = spans.map((span) => `${JSON.stringify(spanRecord(span))}\n`).join('');
      pending = pending.then(() => appendFile(path, lines));
      pending.then(
        () => done({ code: ExportResultCode.SUCCESS }),
        (error: Error) => {
          pending = Promise.resolve();
          done({ code: ExportResultCode.FAILED, error });
        },
      );
    },
    shutdown: () => pending.catch(() => {}),
  };
}

function spanRecord(span: ReadableSpan): Record<string, unknown> {
  const { traceId, spanId } = span.spanContext();
  const parent = span.parentSpanContext?.spanId;
  return {
    traceId,
    spanId,
    ...(parent ? { parentSpanId: parent } : {}),
    service: span.resource.attributes['service.name'],
    name: span.name,
    kind: SpanKind[span.kind].toLowerCase(),
    startUnixNano: String(hrTimeToNanoseconds(span.startTime)),
    durationMs: span.duration[0] * 1e3 + span.duration[1] / 1e6,
    status: SpanStatusCode[span.status.code].toLowerCase(),
    attributes: span.attributes,
  };
}
