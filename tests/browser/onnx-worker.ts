/** A module worker that fetches a model, works on it, and posts what came out. */
import { onnxWork } from './onnx-work.ts';

/** The part of a worker's global scope that this one uses. */
interface WorkerScope {
  onmessage: ((event: { readonly data: string }) => void) | null;
  postMessage(message: unknown): void;
}
const scope = globalThis as unknown as WorkerScope;

scope.onmessage = async ({ data: url }) => {
  try {
    const response = await fetch(url);
    scope.postMessage({ work: await onnxWork(new Uint8Array(await response.arrayBuffer())) });
  } catch (error) {
    scope.postMessage({ error: String(error) });
  }
};
