/** A runtime that opens models, and tells what it logged. */
export interface Sessions {
  open(model: Uint8Array): Promise<Opened>;
  close(): Promise<void>;
}

/** How a session ended, and all that it logged. */
export interface Opened {
  readonly log: string;
  /** Why no session came of it; {@link crashed} when the runtime died or did not come back. */
  readonly error?: string;
}

export const crashed = 'crashed';
