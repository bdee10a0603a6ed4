import { type Estimate, estimate, type Profile } from '@selvedge/core/device';
import { fail, SelvedgeError } from '@selvedge/core/errors';
import type { Workload } from '@selvedge/core/release';
import type { TensorSpec } from '@selvedge/core/schema';
import {
  elementCount,
  type RunOptions,
  type RunResult,
  type Session,
  type Tensors,
} from '@selvedge/infer/engine';
import type { ModelCost } from './engine.ts';

/** A session whose times are the chip's, and which has no more memory than the chip. */
export class EmulatedSession implements Session {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly #inner: Session;
  readonly #cost: ModelCost;
  readonly #profile: Profile;
  readonly #pace: boolean;
  readonly #name: string;

  /** @throws SelvedgeError `out-of-memory`, `engine-failed` when the chip does not run the precision. */
  constructor(inner: Session, cost: ModelCost, profile: Profile, pace: boolean, name: string) {
    this.inputs = inner.inputs;
    this.outputs = inner.outputs;
    this.#inner = inner;
    this.#cost = cost;
    this.#profile = profile;
    this.#pace = pace;
    this.#name = name;
    this.#predict(1);
  }

  async run(inputs: Tensors, options: RunOptions = {}): Promise<RunResult> {
    const began = performance.now();
    const { outputs } = await this.#inner.run(inputs, options);
    const { ms } = this.#predict(batchOf(inputs, this.inputs));
    if (this.#pace) await waitUntil(began, ms, options);
    return { outputs, computeMs: ms, provenance: 'estimated' };
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #predict(batch: number): Estimate {
    const { precision } = this.#cost;
    const workload = times(this.#cost.workload, batch);
    const chip = this.#profile.target ?? 'the chip';
    const room = this.#profile.memory.budgetBytes;
    if (workload.peakMemoryBytes > room) {
      fail(
        'out-of-memory',
        `${this.#name}: takes ${workload.peakMemoryBytes} bytes where ${chip} has ${room}`,
        { hint: 'choose a smaller variant', details: { target: chip, room } },
      );
    }
    const predicted = estimate(workload, this.#profile, precision);
    return (
      predicted ??
      fail('engine-failed', `${this.#name}: no processor of ${chip} runs ${precision}`, {
        hint: 'choose another precision',
        details: { target: chip, precision },
      })
    );
  }
}

/** The workload of a batch: weights are read once, everything else grows with it. */
function times(one: Workload, batch: number): Workload {
  const working = Math.max(0, one.peakMemoryBytes - one.weightBytes);
  return {
    ...one,
    macs: one.macs * batch,
    activationBytes: one.activationBytes * batch,
    peakMemoryBytes: one.peakMemoryBytes + working * (batch - 1),
  };
}

/** How many times the smallest input that the model takes this one is: 1 without free dimensions. */
function batchOf(inputs: Tensors, specs: readonly TensorSpec[]): number {
  const factors = specs.map(({ name, shape }) => {
    const smallest = elementCount(shape.map((size) => (typeof size === 'number' ? size : 1)));
    return elementCount(inputs[name]?.shape ?? []) / smallest;
  });
  return Math.max(1, ...factors.filter(Number.isFinite));
}

/** Waits for what is left of the chip's time, unless the deadline or the caller ends it first. */
function waitUntil(began: number, ms: number, { signal, timeoutMs }: RunOptions): Promise<void> {
  const spent = performance.now() - began;
  const late = timeoutMs !== undefined && ms > timeoutMs;
  const waitMs = (late ? timeoutMs : ms) - spent;
  return new Promise((resolve, reject) => {
    const end = () => {
      signal?.removeEventListener('abort', onAbort);
      if (!late) return resolve();
      const message = `the emulated chip takes ${ms.toFixed(1)} ms where ${timeoutMs} ms were left`;
      reject(new SelvedgeError('timeout', message));
    };
    const onAbort = () => {
      clearTimeout(timer);
      reject(new SelvedgeError('cancelled', 'the run was cancelled'));
    };
    const timer = waitMs > 0 ? setTimeout(end, waitMs) : undefined;
    if (!timer) return end();
    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
