import pino, { type DestinationStream, type Logger } from 'pino';
import { activeTraceId } from './trace-context.ts';

export type { Logger } from 'pino';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * A structured log: one JSON line an event, on stderr, with the service's name and the active
 * trace. Nothing of a request's body is ever logged.
 */
export function createLog(options: {
  service: string;
  level: LogLevel;
  destination?: DestinationStream;
}): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => {
        const traceId = activeTraceId();
        return traceId ? { traceId } : {};
      },
      redact: ['req.headers.authorization', 'headers.authorization', 'token'],
    },
    // Synchronous: a line written before a crash is a line that can be read after it.
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  );
}
