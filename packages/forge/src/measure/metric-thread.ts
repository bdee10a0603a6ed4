import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SelvedgeError } from '@selvedge/core/errors';
import type { Tensor, Tensors } from '@selvedge/infer/engine';
import type { Answer } from './metric.ts';
import type { FromMetric } from './metric-worker.ts';
import { thrownInWords } from './thrown-in-words.ts';

/** Node's exit code where a module awaits at its top what never settles (nodejs.org/api/process.html). */
const unsettledAwait = 13;

const shape =
  'export default ({ outputs, expected, label, reference }) => a number between 0 and 1';

const refusals = {
  'not-loaded': ['cannot be loaded', 'expected a module file whose default export is a function'],
  'no-function': ['has no default export that is a function', shape],
} as const;

/** Somebody who waits for what the thread says next. */
interface Waiting {
  /** The sample that is scored; absent while the module is loaded. */
  readonly sample?: number;
  resolve(score: unknown): void;
  reject(error: SelvedgeError): void;
}

/** A thread with an author's metric in it. Whatever ends it is the module's fault, or a cancellation. */
export class MetricThread {
  readonly #worker: Worker;
  readonly #path: string;
  readonly #signal: AbortSignal | undefined;
  /** In the order that they were sent, which is the order of the answers. */
  readonly #waiting: Waiting[] = [];
  #ended: SelvedgeError | undefined;

  /** @param path names it in messages */
  constructor(url: URL, path: string, signal: AbortSignal | undefined) {
    this.#path = path;
    this.#signal = signal;
    // In the repository the sources run as they are; published, they are compiled.
    const file = new URL(`./metric-worker${extname(import.meta.url)}`, import.meta.url);
    // stdout is the report's alone.
    this.#worker = new Worker(file, { workerData: url.href, stdout: true });
    this.#worker.stdout.pipe(process.stderr, { end: false });
    this.#worker.on('message', (message: FromMetric) => this.#hear(message));
    this.#worker.on('error', (thrown) =>
      this.#fail(`failed${this.#where()}`, thrownInWords(thrown)),
    );
    this.#worker.on('exit', (code) => this.#fail(this.#left(code)));
    signal?.addEventListener('abort', this.#cancel, { once: true });
    if (signal?.aborted) this.#cancel();
  }

  /** Resolves once the module is loaded. */
  async ready(): Promise<void> {
    await this.#wait();
  }

  /** What the module's function gave: nothing is known of it yet. */
  score(answer: Answer): Promise<unknown> {
    const { inputs, outputs, reference, expected } = answer;
    if (!this.#ended) {
      this.#worker.postMessage({
        ...answer,
        inputs: alone(inputs),
        outputs: alone(outputs),
        reference: alone(reference),
        expected: alone(expected),
      });
    }
    return this.#wait(answer.index);
  }

  async end(): Promise<void> {
    this.#stop(new SelvedgeError('cancelled', 'the metric was ended'));
    await this.#worker.terminate();
  }

  #wait(sample?: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      this.#waiting.push({ ...(sample !== undefined && { sample }), resolve, reject });
    });
  }

  #hear(message: FromMetric): void {
    if ('refused' in message) {
      const [what, hint] = refusals[message.refused];
      this.#fail(what, message.message, hint);
    } else if ('threw' in message) {
      this.#fail(`failed${this.#where()}`, message.threw);
    } else {
      this.#waiting.shift()?.resolve('score' in message ? message.score : undefined);
    }
  }

  /** Where in the data it stands, as far as it has come. */
  #where(): string {
    const [next] = this.#waiting;
    if (!next) return '';
    return next.sample === undefined ? ' while it was loaded' : ` on sample ${next.sample}`;
  }

  #left(code: number): string {
    const waits = code === unsettledAwait && this.#waiting[0]?.sample === undefined;
    return waits
      ? 'waits for what never comes while it is loaded'
      : `called process.exit(${code})${this.#where()}`;
  }

  #fail(what: string, why?: string, hint = shape): void {
    const message = `the metric ${this.#path} ${what}${why ? `: ${why}` : ''}`;
    const sample = this.#waiting[0]?.sample;
    const details = { file: this.#path, ...(sample !== undefined && { sample }) };
    this.#stop(new SelvedgeError('bad-input', message, { hint, details }));
  }

  readonly #cancel = (): void =>
    this.#stop(new SelvedgeError('cancelled', 'the build was cancelled'));

  #stop(error: SelvedgeError): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#signal?.removeEventListener('abort', this.#cancel);
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    void this.#worker.terminate();
  }
}

/** A tensor may be a part of a larger buffer, and a copy of it would be of the whole. */
const alone = (tensors: Tensors): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, ownBytes(tensor)]));

function ownBytes(tensor: Tensor): Tensor {
  const { data } = tensor;
  if (!ArrayBuffer.isView(data) || data.byteLength === data.buffer.byteLength) return tensor;
  return { ...tensor, data: data.slice() } as Tensor;
}
