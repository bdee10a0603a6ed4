export { createLog, type Logger, type LogLevel, logLevels } from './log.ts';
export {
  openTelemetry,
  type SpanOptions,
  type Telemetry,
  type TelemetryOptions,
} from './telemetry.ts';
export {
  activeContext,
  activeTraceId,
  contextOfHeaders,
  traceHeaders,
  withContext,
} from './trace-context.ts';
