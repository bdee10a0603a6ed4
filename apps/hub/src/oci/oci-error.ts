import { isSelvedgeError, type SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';

/** Error codes of the OCI distribution specification 1.1, and the status each is sent with. */
const statuses = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 404,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  SIZE_INVALID: 413,
  UNAUTHORIZED: 401,
  DENIED: 403,
  UNSUPPORTED: 405,
  TOOMANYREQUESTS: 429,
} as const;

export type OciCode = keyof typeof statuses;

/** A refusal that the OCI specification has a code of its own for. */
export class OciError extends Error {
  override readonly name = 'OciError';
  readonly code: OciCode;
  readonly detail: unknown;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: OciCode,
    message: string,
    options: { detail?: unknown; status?: number; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.code = code;
    this.detail = options.detail;
    this.status = options.status ?? statuses[code];
    this.headers = options.headers ?? {};
  }
}

/** Throws an {@link OciError}. */
export function refuse(...args: ConstructorParameters<typeof OciError>): never {
  throw new OciError(...args);
}

export interface OciAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { errors: [{ code: string; message: string; detail?: unknown }] };
  /** Set when it was a fault or a failure on this side. */
  readonly failure?: SelvedgeError;
}

/** What a registry's client sees of anything thrown. */
export function ociAnswer(caught: unknown): OciAnswer {
  if (caught instanceof OciError) {
    const { code, message, detail, status, headers } = caught;
    const error = detail === undefined ? { code, message } : { code, message, detail };
    return { status, headers, body: { errors: [error] } };
  }
  const error = isSelvedgeError(caught) ? caught : toSelvedgeError(caught, foreignCode(caught));
  const code = error.row.oci ?? 'UNKNOWN';
  const status = code in statuses ? statuses[code as OciCode] : error.row.http;
  const message = error.code === 'internal' ? error.row.meaning : error.message;
  const answer = {
    status,
    headers: {},
    body: { errors: [{ code, message, detail: { code: error.code } }] },
  } satisfies OciAnswer;
  return status >= 500 ? { ...answer, failure: error } : answer;
}

/** A client that hangs up in the middle of its body is not a fault of ours. */
const foreignCode = (caught: unknown) =>
  (caught as { code?: unknown } | null)?.code === 'ECONNRESET' ? 'cancelled' : 'internal';
