import { type Estimate, estimate, type Profile } from '@selvedge/core/device';
import { fail, SelvedgeError } from '@selvedge/core/errors';
import type { TensorSpec } from '@selvedge/core/schema';
import type { RunOptions, RunResult, Session, Tensors } from '@selvedge/infer/engine';
import type { Condition } from './condition.ts';
import type { CostOf, ModelCost, Shapes } from './cost.ts';
import { isGraphCost } from './graph-cost.ts';
import type { PartitionOf } from './partition-of.ts';
import { placed } from './placed.ts';

interface Chip {
  readonly profile: Profile;
  readonly pace: boolean;
  readonly clock: () => number;
  /** What all sessions of the engine warm up and draw from. */
  readonly condition: Condition;
  /** How a model of which the graph is known is divided. */
  readonly partition?: PartitionOf;
  /** The model's, for messages. */
  readonly name: string;
}

/** Shapes whose estimates are kept: requests come in few sizes. */
const remembered = 64;

/** A session whose times are the chip's, and which has no more memory than the chip. */
export class EmulatedSession implements Session {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly #inner: Session;
  readonly #costOf: CostOf;
  readonly #chip: Chip;
  readonly #predictions = new Map<string, Estimate>();

  /** @throws SelvedgeError `out-of-memory`, `engine-failed` when the chip does not run the precision. */
  constructor(inner: Session, costOf: CostOf, chip: Chip) {
    this.inputs = inner.inputs;
    this.outputs = inner.outputs;
    this.#inner = inner;
    this.#costOf = costOf;
    this.#chip = chip;
    this.#predict({});
  }

  async run(inputs: Tensors, options: RunOptions = {}): Promise<RunResult> {
    const began = performance.now();
    const atMs = this.#chip.clock();
    const { outputs } = await this.#inner.run(inputs, options);
    const predicted = this.#predict(inputs);
    const { provenance } = predicted;
    const { ms } = this.#chip.condition.run(predicted, atMs);
    if (this.#chip.pace) await waitUntil(began, ms, options);
    return { outputs, computeMs: ms, provenance };
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #predict(inputs: Tensors): Estimate {
    const shapes = Object.entries(inputs).map(([name, { shape }]) => [name, shape] as const);
    const key = JSON.stringify(shapes);
    const known = this.#predictions.get(key);
    if (known) return known;
    const sizes = new Map(shapes);
    const predicted = predict(this.#costOf(sizes), sizes, this.#chip);
    if (this.#predictions.size >= remembered) this.#predictions.clear();
    this.#predictions.set(key, predicted);
    return predicted;
  }
}

function predict(cost: ModelCost, shapes: Shapes, { profile, name, partition }: Chip): Estimate {
  const { workload, precision } = cost;
  const { target = 'the chip', memory } = profile;
  const { peakMemoryBytes: needed } = workload;
  if (needed > memory.budgetBytes) {
    fail(
      'out-of-memory',
      `${name}: takes ${needed} bytes where ${target} has ${memory.budgetBytes}`,
      {
        hint: 'choose a smaller variant, or a smaller input',
        details: { target, needed, room: memory.budgetBytes },
      },
    );
  }
  const live = Math.max(0, needed - workload.weightBytes);
  if (live > (memory.activationBytes ?? Number.POSITIVE_INFINITY)) {
    fail(
      'out-of-memory',
      `${name}: its activations take ${live} bytes where ${target} has ${memory.activationBytes}`,
      {
        hint: 'choose a smaller input, or a model with smaller feature maps',
        details: { target, needed: live, room: memory.activationBytes },
      },
    );
  }
  const whole = estimate(workload, profile, precision);
  if (whole && partition && isGraphCost(cost)) {
    return placed(cost, profile, partition(cost.model, whole.unit, shapes)) ?? whole;
  }
  return (
    whole ??
    fail('engine-failed', `${name}: no processor of ${target} runs ${precision}`, {
      hint: 'choose another precision',
      details: { target, precision },
    })
  );
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
      const message = `the emulated chip takes ${ms.toFixed(1)} ms where ${Math.round(timeoutMs ?? 0)} ms were left`;
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
