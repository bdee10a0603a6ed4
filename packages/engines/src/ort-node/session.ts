import { fail } from '@selvedge/core/errors';
import type { TensorSpec } from '@selvedge/core/schema';
import {
  type ModelBytes,
  type RunOptions,
  type RunResult,
  type Session,
  type Tensors,
  tensorBytes,
  tensorFromBytes,
  validateTensors,
} from '@selvedge/infer/engine';
import { CrashBackoff } from './crash-backoff.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { EngineProcess } from './engine-process.ts';
import type { Frame } from './frames.ts';
import type { Answer, Failed, Loaded, Ran, RunRequest } from './messages.ts';

/**
 * A model in the engine's process. It keeps the model's bytes, and loads them again into a process
 * that was started after a crash, when the next run needs it.
 */
export class OrtSession implements Session {
  readonly #dispatcher: Dispatcher;
  readonly #id: number;
  readonly #model: ModelBytes;
  readonly #threads: number;
  readonly #backoff = new CrashBackoff();
  #loadedIn: EngineProcess | undefined;
  #closed = false;
  inputs: readonly TensorSpec[] = [];
  outputs: readonly TensorSpec[] = [];

  constructor(dispatcher: Dispatcher, id: number, model: ModelBytes, threads: number) {
    this.#dispatcher = dispatcher;
    this.#id = id;
    this.#model = model;
    this.#threads = threads;
  }

  async load(options?: RunOptions): Promise<void> {
    await this.#dispatcher.submit((process) => this.#ensureLoaded(process), this.#backoff, options);
  }

  async run(inputs: Tensors, options?: RunOptions): Promise<RunResult> {
    if (this.#closed) fail('engine-failed', `${this.#name}: the session is closed`);
    validateTensors(inputs, this.inputs);
    const request: RunRequest = {
      op: 'run',
      session: this.#id,
      tensors: Object.entries(inputs).map(([name, { type, shape }]) => ({ name, type, shape })),
    };
    const blobs = Object.values(inputs).map(tensorBytes);
    const work = async (process: EngineProcess) => {
      await this.#ensureLoaded(process);
      return ranOrThrow(await process.request(request, blobs), this.#name);
    };
    return this.#dispatcher.submit(work, this.#backoff, options);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const process = this.#loadedIn;
    if (!process?.alive) return;
    const drop = async (current: EngineProcess) => {
      if (current === process) await current.request({ op: 'drop', session: this.#id });
    };
    // A process that died in the meantime has dropped the session too.
    await this.#dispatcher.submit(drop, this.#backoff).catch(() => {});
  }

  async #ensureLoaded(process: EngineProcess): Promise<void> {
    if (this.#loadedIn === process) return;
    const { directory } = this.#model;
    const external = Object.entries(this.#model.external ?? {});
    const { header } = await process.request(
      {
        op: 'load',
        session: this.#id,
        external: external.map(([path]) => path),
        threads: this.#threads,
        ...(directory !== undefined && { directory }),
      },
      [this.#model.model, ...external.map(([, bytes]) => bytes)],
    );
    const loaded = expectAnswer<Loaded>(header, 'loaded', this.#name);
    this.inputs = loaded.inputs;
    this.outputs = loaded.outputs;
    this.#loadedIn = process;
  }

  get #name(): string {
    return this.#model.name ?? 'the model';
  }
}

function ranOrThrow({ header, blobs }: Frame<Answer>, name: string): RunResult {
  const { tensors, computeMs } = expectAnswer<Ran>(header, 'ran', name);
  const outputs = tensors.map((tensor, i) => [
    tensor.name,
    tensorFromBytes(tensor.type, tensor.shape, blobs[i]!),
  ]);
  return { outputs: Object.fromEntries(outputs), computeMs, provenance: 'measured' };
}

function expectAnswer<T extends Answer>(answer: Answer, op: T['op'], name: string): T {
  if (answer.op === op) return answer as T;
  const { code, message } =
    answer.op === 'failed'
      ? answer
      : ({
          code: 'internal',
          message: `answered ${answer.op}, not ${op}`,
        } satisfies Partial<Failed>);
  return fail(code, `${name}: ${message}`, {
    hint: code === 'bad-model' ? 'check that it is a whole ONNX file of supported operators' : '',
    details: { engine: 'onnxruntime' },
  });
}
