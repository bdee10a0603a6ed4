/**
 * The Engine port: what every adapter (ONNX Runtime, emulated chips, remote endpoints) offers.
 * `@selvedge/engines/acceptance` is the suite that each adapter passes.
 */
import type { ElementType, Provenance, TensorSpec } from '@selvedge/core/schema';

/**
 * A dense tensor, row-major, little-endian. `data` is a typed array of the element type
 * (`float16` and `bfloat16`: raw bits in a Uint16Array; `bool`: Uint8Array; 64-bit integers:
 * BigInt arrays), or strings. `data.length` is the product of `shape`.
 */
export interface Tensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | readonly string[];

export type Tensors = Readonly<Record<string, Tensor>>;

/**
 * A model to load: bytes, so that an engine needs no file system; only weights that no memory holds
 * may stay in a directory.
 */
export interface ModelBytes {
  /** The ONNX file. */
  readonly model: Uint8Array;
  /** External data by the location that the model names. */
  readonly external?: Readonly<Record<string, Uint8Array>>;
  /**
   * Where external data stands that is not in `external`: for an engine on this machine that reads
   * files. The directory must not change while a session of it is open.
   */
  readonly directory?: string;
  /** Name for messages. */
  readonly name?: string;
}

export interface RunOptions {
  /** Cancels the run: the promise rejects with `cancelled`, the session stays usable. */
  readonly signal?: AbortSignal;
  /** Milliseconds the run may take, from now; then `timeout`. */
  readonly timeoutMs?: number;
}

export interface RunResult {
  readonly outputs: Tensors;
  /** Time the engine computed, milliseconds, without transport to it. */
  readonly computeMs: number;
  /** `measured` on this machine, or `estimated` by an emulated chip's clock. */
  readonly provenance: Provenance;
}

/** A loaded model. */
export interface Session {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /**
   * @throws SelvedgeError `bad-input` (a tensor does not fit; names it), `timeout`, `cancelled`,
   * `engine-failed` (the engine refused, crashed or hung: this request is lost, the session
   * recovers or fails every later run the same way), `out-of-memory`.
   */
  run(inputs: Tensors, options?: RunOptions): Promise<RunResult>;
  close(): Promise<void>;
}

/** An engine. Loading and running never block the caller's thread. */
export interface Engine {
  /** `onnxruntime`, `emulated`, `remote`. */
  readonly name: string;
  readonly version: string;
  /** The catalogue's target it stands for, where it emulates one. */
  readonly target?: string;
  /**
   * @throws SelvedgeError `bad-model`, `out-of-memory`, `engine-failed`
   */
  load(model: ModelBytes): Promise<Session>;
  close(): Promise<void>;
}
