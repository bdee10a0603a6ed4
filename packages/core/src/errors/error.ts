import { type ErrorCode, type ErrorRow, errorTable } from './table.ts';

/** Facts about the error for programs: file, field, digest, limit and the like. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

const brand = Symbol.for('selvedge.error');

/**
 * The one error class. `message` says what happened, `hint` what to do about it.
 * Recognise it with {@link isSelvedgeError}, which works across copies of this module.
 */
export class SelvedgeError extends Error {
  readonly [brand] = true;
  override readonly name = 'SelvedgeError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly details: ErrorDetails;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; details?: ErrorDetails; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? '';
    this.details = options.details ?? {};
  }

  /** What this code becomes outside: exit status, HTTP status, OCI code. */
  get row(): ErrorRow {
    return errorTable[this.code];
  }
}

/** Whether a value is a {@link SelvedgeError}, whichever copy of this module made it. */
export function isSelvedgeError(value: unknown): value is SelvedgeError {
  return typeof value === 'object' && value !== null && brand in value;
}

/** Throws a {@link SelvedgeError}: `fail('bad-model', 'x.onnx is empty', { hint: '…' })`. */
export function fail(
  code: ErrorCode,
  message: string,
  options: { hint?: string; details?: ErrorDetails; cause?: unknown } = {},
): never {
  throw new SelvedgeError(code, message, options);
}

/** Converts what was caught at a boundary: a SelvedgeError stays, anything else gets `code`. */
export function toSelvedgeError(caught: unknown, code: ErrorCode = 'internal'): SelvedgeError {
  if (isSelvedgeError(caught)) return caught;
  const message = caught instanceof Error ? caught.message : String(caught);
  return new SelvedgeError(code, message, { cause: caught });
}
