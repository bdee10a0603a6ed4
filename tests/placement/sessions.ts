/** A runtime that opens models, and tells what it logged. */
export interface Sessions {
  open(model: Uint8Array, options: OpenOptions): Promise<Opened>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** ONNX Runtime's graph optimisations: none, or those that come before providers are asked. */
  readonly level: 'disabled' | 'basic';
  /** How WebGPU lays tensors out, where that is not its own choice. */
  readonly layout?: 'NCHW';
  /** Writes the graph as the session has it to a file; in Node only. */
  readonly writeTo?: string;
  /** Runs it on zeros this many times after a first one; in a browser only. */
  readonly runs?: number;
}

/** How a session ended, and all that it logged. */
export interface Opened {
  readonly log: string;
  /** Why no session came of it; {@link crashed} when the runtime died or did not come back. */
  readonly error?: string;
  /** Milliseconds of each run that was asked for. */
  readonly runsMs?: readonly number[];
}

export const crashed = 'crashed';
