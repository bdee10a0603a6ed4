import { type SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';

/** The body of every error answer, except where OCI or OIP say otherwise. */
export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly details: Readonly<Record<string, unknown>>;
  };
}

/** What an error looks like to a caller. A fault of ours keeps its message to the log. */
export function errorBody(error: SelvedgeError): ErrorBody {
  if (error.code === 'internal') {
    return { error: { code: 'internal', message: error.row.meaning, details: {} } };
  }
  const { code, message, hint, details } = error;
  return { error: { code, message, ...(hint ? { hint } : {}), details } };
}

/**
 * Status and body for anything that was thrown while a request was handled. Fastify's own
 * refusals (a body that is no JSON, too large, of an unknown type) keep their 4xx status.
 */
export function answerOfError(caught: unknown): {
  status: number;
  body: ErrorBody;
  error: SelvedgeError;
} {
  const status = clientStatus(caught);
  const error = toSelvedgeError(caught, status === undefined ? 'internal' : 'bad-input');
  return { status: status ?? error.row.http, body: errorBody(error), error };
}

function clientStatus(caught: unknown): number | undefined {
  const { code, statusCode } = (caught ?? {}) as { code?: unknown; statusCode?: unknown };
  const fromFastify = typeof code === 'string' && code.startsWith('FST_');
  return fromFastify && typeof statusCode === 'number' && statusCode < 500 ? statusCode : undefined;
}
