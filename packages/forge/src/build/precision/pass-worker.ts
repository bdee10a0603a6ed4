/** A thread that runs passes: a request in, what became of the model out. */
import { parentPort } from 'node:worker_threads';
import { type PassRequest, runPass } from './passes.ts';
import type { Converted } from './precision.ts';

/** `file` is the ONNX file that the pass takes. */
export interface ThreadRequest {
  readonly file: Uint8Array;
  readonly request: PassRequest;
}

parentPort?.on('message', ({ file, request }: ThreadRequest) => {
  const converted = runPass(file, request);
  parentPort?.postMessage(converted, buffersOf(converted));
});

/** Moved, not copied; a slice of a larger buffer cannot be. */
function buffersOf(converted: Converted): ArrayBuffer[] {
  if (!('bytes' in converted)) return [];
  const { buffer, byteLength } = converted.bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}
