/** Where ONNX Runtime is: its sessions, and what the requests do with them. */
import { type ErrorCode, fail, SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import type { TensorSpec } from '@selvedge/core/schema';
import { isElementType, layoutOf, tensorBytes, tensorFromBytes } from '@selvedge/infer/engine';
import ort from 'onnxruntime-node';
import type { Frame } from './frames.ts';
import type { Answer, LoadRequest, Request, RunRequest, TensorHeader } from './messages.ts';
import { cleanMessage } from './ort-message.ts';

// The native binding reads a Float16Array as empty; where there is none, ONNX Runtime's JavaScript
// takes and gives float16 as raw bits in a Uint16Array, which is also the fabric's form.
Reflect.deleteProperty(globalThis, 'Float16Array');

interface Held {
  readonly session: ort.InferenceSession;
  /** Outputs that can cross the border; a sequence or a map stays inside. */
  readonly outputs: readonly string[];
}

export interface OrtSessionsOptions {
  /**
   * Plans all of a run's memory ahead and takes it in one piece: a little faster, and up to a third
   * more of it. Default true.
   */
  readonly plansMemory?: boolean;
  /**
   * Threads that wait for their part of an operator look for it in a loop: a little faster, where
   * nobody else wants the core. Default true.
   */
  readonly spins?: boolean;
}

/** The sessions of one process, answering one request at a time. */
export class OrtSessions {
  readonly #held = new Map<number, Held>();
  readonly #plansMemory: boolean;
  readonly #spins: boolean;

  constructor({ plansMemory = true, spins = true }: OrtSessionsOptions = {}) {
    this.#plansMemory = plansMemory;
    this.#spins = spins;
  }

  /** A failure is an answer too. */
  async answer({ header, blobs }: Frame<Request>): Promise<Frame<Answer>> {
    try {
      if (header.op === 'load') return { header: await this.#load(header, blobs), blobs: [] };
      if (header.op === 'run') return await this.#run(header, blobs);
      await this.#drop(header.session);
      return { header: { op: 'dropped' }, blobs: [] };
    } catch (caught) {
      const { code, message } = classify(caught, header.op);
      return { header: { op: 'failed', code, message }, blobs: [] };
    }
  }

  async close(): Promise<void> {
    for (const id of this.#held.keys()) await this.#drop(id);
  }

  async #load(request: LoadRequest, blobs: readonly Uint8Array[]): Promise<Answer> {
    await this.#drop(request.session);
    const session = await ort.InferenceSession.create(blobs[0]!, {
      executionProviders: ['cpu'],
      intraOpNumThreads: request.threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      enableMemPattern: this.#plansMemory,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      externalData: request.external.map((path, i) => ({ path, data: blobs[i + 1]! })),
      extra: { session: { ...dataIn(request.directory), ...spinning(this.#spins) } },
    });
    const inputs = session.inputMetadata.map(inputSpec);
    const outputs = session.outputMetadata.flatMap((meta) => specOf(meta) ?? []);
    if (outputs.length === 0)
      fail('bad-model', 'none of its outputs is a tensor that can be given out');
    this.#held.set(request.session, { session, outputs: outputs.map((spec) => spec.name) });
    return { op: 'loaded', inputs, outputs };
  }

  async #run(request: RunRequest, blobs: readonly Uint8Array[]): Promise<Frame<Answer>> {
    const held = this.#held.get(request.session);
    if (!held) fail('engine-failed', 'the session is not loaded');
    const feeds: Record<string, ort.Tensor> = {};
    for (const [i, tensor] of request.tensors.entries()) {
      feeds[tensor.name] = toOrt(tensor, blobs[i]!);
    }
    const start = performance.now();
    const results = await held.session.run(feeds, held.outputs);
    const computeMs = performance.now() - start;
    const tensors: TensorHeader[] = [];
    const out: Uint8Array[] = [];
    for (const name of held.outputs) {
      const { type, dims, data } = results[name]!;
      tensors.push({ name, type: type as TensorHeader['type'], shape: dims });
      out.push(bytesOf(type, data));
    }
    return { header: { op: 'ran', tensors, computeMs }, blobs: out };
  }

  async #drop(id: number): Promise<void> {
    const held = this.#held.get(id);
    this.#held.delete(id);
    await held?.session.release();
  }
}

/** ONNX Runtime maps the files that a model of bytes names into memory from there. */
const dataIn = (directory: string | undefined) =>
  directory === undefined ? {} : { model_external_initializers_file_folder_path: directory };

/** Keys of ONNX Runtime's session configuration; the binding joins what is nested with dots. */
const spinning = (isWanted: boolean) =>
  isWanted ? {} : { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } };

type Metadata = ort.InferenceSession.ValueMetadata;

function specOf(meta: Metadata): TensorSpec | undefined {
  if (!meta.isTensor || !isElementType(meta.type)) return undefined;
  // ONNX Runtime gives the empty name to a free dimension that has none.
  const shape = meta.shape.map((size) => (size === '' ? null : size));
  return { name: meta.name, type: meta.type, shape };
}

function inputSpec(meta: Metadata): TensorSpec {
  const spec = specOf(meta);
  if (spec) return spec;
  const what = meta.isTensor ? meta.type : 'not a tensor';
  return fail('bad-model', `input "${meta.name}" is ${what}, which no request can carry`);
}

function toOrt(header: TensorHeader, bytes: Uint8Array): ort.Tensor {
  const { data } = tensorFromBytes(header.type, header.shape, bytes);
  return new ort.Tensor(header.type as ort.Tensor.Type, data as never, header.shape as number[]);
}

function bytesOf(type: string, data: ort.Tensor['data']): Uint8Array {
  if (type === 'string') {
    const strings = data as readonly string[];
    return tensorBytes({ type, shape: [strings.length], data: strings });
  }
  if (!isElementType(type) || !layoutOf(type)) fail('engine-failed', `an output is ${type}`);
  const { buffer, byteOffset, byteLength } = data as Uint8Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** ONNX Runtime's exceptions carry no code: what failed and the words of the message decide. */
function classify(caught: unknown, op: Request['op']): { code: ErrorCode; message: string } {
  if (caught instanceof SelvedgeError) return caught;
  const message = cleanMessage(toSelvedgeError(caught).message);
  if (/bad_alloc|failed to allocate|out of memory|Array buffer allocation/i.test(message)) {
    return { code: 'out-of-memory', message };
  }
  return { code: op === 'load' ? 'bad-model' : 'engine-failed', message };
}
