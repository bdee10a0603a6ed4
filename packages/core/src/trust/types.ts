/**
 * The shapes of TUF 1.0 metadata (theupdateframework.github.io/specification, 1.0.34) and of the
 * state a client keeps. Unknown members survive: signatures cover them.
 */

/** A signature over the canonical JSON of `signed`. `sig` is lowercase hex. */
export interface Signature {
  readonly keyid: string;
  readonly sig: string;
}

export interface Envelope<T> {
  readonly signed: T;
  readonly signatures: readonly Signature[];
}

/** §4.2. `keyval.public`: 64 hex digits for ed25519, PEM (SPKI) for ecdsa and rsa. */
export interface TrustKey {
  readonly keytype: string;
  readonly scheme: string;
  readonly keyval: { readonly public: string };
}

export interface RoleKeys {
  readonly keyids: readonly string[];
  readonly threshold: number;
}

/** A refusal is a value, not an exception: it says which check of the specification failed. */
export interface Refusal {
  readonly refused: true;
  readonly code:
    | 'trust-signature'
    | 'trust-expired'
    | 'trust-rollback'
    | 'trust-mismatch'
    | 'trust-digest'
    | 'trust-too-large'
    | 'trust-unknown'
    | 'trust-clock'
    | 'trust-format'
    | 'trust-no-root';
  /** The metadata file or target it is about. */
  readonly subject: string;
  readonly message: string;
  /** Section of the specification. */
  readonly section: string;
}
