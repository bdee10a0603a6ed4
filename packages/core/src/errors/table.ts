/**
 * Every error code of the fabric, and what each becomes on the outside.
 *
 * `exit` is the command line's exit code: 1 a gate said no, 2 bad usage or input, 3 something
 * outside failed and a retry is safe, 4 refused for trust, privacy or licence reasons.
 * `http` is the status an API answers with; `oci` the code in an OCI error body, where the
 * distribution specification has one that fits.
 */
export interface ErrorRow {
  readonly exit: 1 | 2 | 3 | 4;
  readonly http: number;
  readonly oci?: string;
  readonly meaning: string;
}

const rows = {
  usage: { exit: 2, http: 400, meaning: 'the call itself is wrong' },
  'bad-input': { exit: 2, http: 400, oci: 'UNSUPPORTED', meaning: 'an input has the wrong form' },
  'bad-model': { exit: 2, http: 400, meaning: 'not an ONNX model, or a damaged one' },
  'bad-dataset': { exit: 2, http: 400, meaning: 'a data set is empty or does not fit the model' },
  'bad-document': {
    exit: 2,
    http: 400,
    oci: 'MANIFEST_INVALID',
    meaning: 'a document does not match its schema',
  },
  'not-found': { exit: 2, http: 404, oci: 'NAME_UNKNOWN', meaning: 'no such thing' },

  gate: { exit: 1, http: 422, meaning: 'done, and a gate said no' },

  conflict: { exit: 3, http: 409, meaning: 'somebody else changed it first' },
  network: { exit: 3, http: 502, meaning: 'a peer could not be reached' },
  'bad-upstream': {
    exit: 3,
    http: 502,
    meaning: 'a peer answered something else than was asked for',
  },
  timeout: { exit: 3, http: 504, meaning: 'the deadline passed' },
  unavailable: { exit: 3, http: 503, meaning: 'not ready, or too busy' },
  cancelled: { exit: 3, http: 499, meaning: 'the caller gave up' },
  'disk-full': { exit: 3, http: 507, meaning: 'no room on the disk' },
  'io-failed': { exit: 3, http: 500, meaning: 'a file could not be read or written' },
  'port-in-use': { exit: 3, http: 503, meaning: 'another process listens on that port' },
  'data-in-use': { exit: 3, http: 503, meaning: 'another process owns that data directory' },
  'engine-failed': { exit: 3, http: 500, meaning: 'the engine refused, crashed or hung' },
  'out-of-memory': { exit: 3, http: 507, meaning: 'the model does not fit the device' },
  'no-variant': { exit: 3, http: 422, meaning: 'no variant of the release fits this device' },
  internal: { exit: 3, http: 500, meaning: 'a fault in Selvedge' },

  unauthenticated: { exit: 4, http: 401, oci: 'UNAUTHORIZED', meaning: 'no valid token' },
  forbidden: { exit: 4, http: 403, oci: 'DENIED', meaning: 'the token lacks the scope' },
  'trust-signature': { exit: 4, http: 422, meaning: 'too few valid signatures' },
  'trust-expired': { exit: 4, http: 422, meaning: 'signed metadata is past its expiry' },
  'trust-rollback': { exit: 4, http: 422, meaning: 'older than what was already seen' },
  'trust-mismatch': {
    exit: 4,
    http: 422,
    meaning: 'a version or hash differs from what was signed',
  },
  'trust-digest': {
    exit: 4,
    http: 422,
    oci: 'DIGEST_INVALID',
    meaning: 'bytes do not have the signed digest',
  },
  'trust-too-large': {
    exit: 4,
    http: 422,
    oci: 'SIZE_INVALID',
    meaning: 'more bytes than were signed for',
  },
  'trust-unknown': { exit: 4, http: 422, meaning: 'nothing signed vouches for it' },
  'trust-clock': { exit: 4, http: 422, meaning: 'the clock is behind what signed metadata proves' },
  'trust-format': { exit: 4, http: 422, meaning: 'signed metadata is malformed' },
  'trust-no-root': { exit: 4, http: 422, meaning: 'no root of trust was given' },
  'golden-failed': { exit: 4, http: 422, meaning: 'the model does not answer its golden inputs' },
  privacy: { exit: 4, http: 403, meaning: 'a privacy rule forbids every place that is left' },
  licence: { exit: 4, http: 403, meaning: 'a licence rule forbids it' },
  'no-route': { exit: 3, http: 503, meaning: 'no place can answer this request now' },
} as const satisfies Record<string, ErrorRow>;

/** The literal union of all codes. */
export type ErrorCode = keyof typeof rows;

/** Code to exit status, HTTP status, OCI code and meaning. */
export const errorTable: Readonly<Record<ErrorCode, ErrorRow>> = rows;
