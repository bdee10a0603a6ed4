import { availableParallelism } from 'node:os';
import type { Counted } from './progress.ts';

/** What a tier's build has before it. */
export interface Ahead {
  readonly variants: number;
  readonly evaluationSamples: number;
  /** Milliseconds that the unconverted model takes for one of them. */
  readonly sampleMs: number;
  /** Milliseconds that timing one variant takes. */
  readonly timingMs: number;
}

/**
 * Tells how long a tier still takes: what is being counted by its own pace; what follows by what a
 * sample takes, on all cores, and by the time that timing is given.
 */
export class Outlook {
  readonly #ahead: Ahead;
  readonly #clock: () => number;

  constructor(ahead: Ahead, clock: () => number = () => performance.now()) {
    this.#ahead = ahead;
    this.#clock = clock;
  }

  /**
   * Begins to count a piece of work: each has a pace of its own, and several may be under way.
   *
   * @returns what is left in milliseconds, by how much is done
   */
  begin(stage: Counted['stage']): (done: number, total: number) => number {
    const started = this.#clock();
    return (done, total) => {
      const pace = done === 0 ? 0 : (this.#clock() - started) / done;
      return pace * (total - done) + this.#after(stage);
    };
  }

  #after(stage: Counted['stage']): number {
    const { variants, evaluationSamples, sampleMs, timingMs } = this.#ahead;
    const timing = variants * timingMs;
    if (stage === 'evaluate') return timing;
    const cores = Math.min(variants, availableParallelism());
    const evaluation = (evaluationSamples * (variants + 1) * sampleMs) / Math.max(1, cores);
    return evaluation + timing;
  }
}
