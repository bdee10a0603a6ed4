/** What the application and the engine's process say to each other. Blobs are named where used. */
import type { ErrorCode } from '@selvedge/core/errors';
import type { ElementType, TensorSpec } from '@selvedge/core/schema';

/** A tensor whose bytes are the blob at the same index. */
export interface TensorHeader {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** Blobs: the model, then one per external file. */
export interface LoadRequest {
  readonly op: 'load';
  readonly session: number;
  /** Locations of the external files, in the order of their blobs. */
  readonly external: readonly string[];
  /** Where the external files stand that are not among the blobs. */
  readonly directory?: string;
  readonly threads: number;
}

/** Blobs: one per tensor. */
export interface RunRequest {
  readonly op: 'run';
  readonly session: number;
  readonly tensors: readonly TensorHeader[];
}

export interface DropRequest {
  readonly op: 'drop';
  readonly session: number;
}

export type Request = LoadRequest | RunRequest | DropRequest;

/** The first frame of a process: it is up. */
export interface Ready {
  readonly op: 'ready';
}

export interface Loaded {
  readonly op: 'loaded';
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/** Blobs: one per tensor. */
export interface Ran {
  readonly op: 'ran';
  readonly tensors: readonly TensorHeader[];
  readonly computeMs: number;
}

export interface Dropped {
  readonly op: 'dropped';
}

export interface Failed {
  readonly op: 'failed';
  readonly code: ErrorCode;
  readonly message: string;
}

export type Answer = Ready | Loaded | Ran | Dropped | Failed;
