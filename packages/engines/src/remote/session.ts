import { fail } from '@selvedge/core/errors';
import type { TensorSpec } from '@selvedge/core/schema';
import {
  type RunOptions,
  type RunResult,
  type Session,
  type Tensors,
  tensorBytes,
  validateTensors,
} from '@selvedge/infer/engine';
import {
  decodeInferResponse,
  encodeInferRequest,
  joinBody,
  type OipParameters,
  parameterNames,
} from '@selvedge/infer/oip';
import { exchange, type HttpPorts } from './http.ts';

/** Below this JSON is as fast, and every server reads it. */
const binaryFromBytes = 4096;

interface RemoteModel {
  readonly url: string;
  readonly ports: HttpPorts;
  readonly timeoutMs: number;
  readonly binary: boolean;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

export interface RemoteRunOptions extends RunOptions {
  /** Parameters of the request. */
  readonly parameters?: OipParameters;
}

export interface RemoteRunResult extends RunResult {
  /** Parameters of the answer: what the server says besides. */
  readonly parameters: OipParameters;
}

/** A model on an OIP server. */
export class RemoteSession implements Session {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly #model: RemoteModel;
  #closed = false;

  constructor(model: RemoteModel) {
    this.inputs = model.inputs;
    this.outputs = model.outputs;
    this.#model = model;
  }

  /**
   * @throws SelvedgeError `bad-input`, `timeout`, `cancelled`, `network`, `bad-upstream`, and what the
   * server's error says.
   */
  async run(inputs: Tensors, options: RemoteRunOptions = {}): Promise<RemoteRunResult> {
    const { url, ports, timeoutMs } = this.#model;
    if (this.#closed) fail('engine-failed', `${url}: the session is closed`);
    validateTensors(inputs, this.inputs);
    const { signal, parameters = {} } = options;
    const message = encodeInferRequest({ inputs, parameters }, this.#asBytes(inputs));
    const { headers, chunks } = joinBody(message);
    const began = performance.now();
    const { json, tail } = await exchange(ports, {
      url: `${url}/infer`,
      method: 'POST',
      headers,
      body: chunks,
      signal,
      timeoutMs: options.timeoutMs ?? timeoutMs,
    });
    const elapsedMs = performance.now() - began;
    const response = decodeInferResponse(json, tail);
    const said = response.parameters ?? {};
    const computeMs = Number(said[parameterNames.computeMs] ?? elapsedMs);
    const provenance = said[parameterNames.provenance] === 'estimated' ? 'estimated' : 'measured';
    return { outputs: response.outputs, computeMs, provenance, parameters: said };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #asBytes(inputs: Tensors): boolean {
    if (!this.#model.binary) return false;
    const bytes = Object.values(inputs).reduce((sum, one) => sum + tensorBytes(one).byteLength, 0);
    return bytes >= binaryFromBytes;
  }
}
