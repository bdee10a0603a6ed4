/** A thread that runs passes: a request in, what became of the model out. */
import { parentPort } from 'node:worker_threads';
import type { ModelFile } from '../model-file.ts';
import type { Converted } from './converted.ts';
import { type PassRequest, runPass } from './passes.ts';

/** `file` is the model that the pass takes. */
export interface ThreadRequest {
  readonly file: ModelFile;
  readonly request: PassRequest;
  readonly workspace: string;
}

parentPort?.on('message', ({ file, request, workspace }: ThreadRequest) => {
  const converted = runPass(file, request, workspace);
  parentPort?.postMessage(converted, buffersOf(converted));
});

/** Moved, not copied; a slice of a larger buffer cannot be. */
function buffersOf(converted: Converted): ArrayBuffer[] {
  if (!('bytes' in converted)) return [];
  const { buffer, byteLength } = converted.bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}
