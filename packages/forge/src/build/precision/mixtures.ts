import type { Summary } from '../../measure/index.ts';
import { assumedBar, type Bar, isStated } from '../gate.ts';
import { sizeOf } from '../model-file.ts';
import type { Trials } from '../trials.ts';
import type { Candidate } from './choose-moved.ts';
import type { Converted } from './converted.ts';
import type { LayerGroup } from './layer-groups.ts';
import type { Learned } from './learned.ts';
import type { PrecisionJob } from './precision.ts';

interface Measured {
  readonly bytes: number;
  readonly found: Summary | string;
}

/** Builds mixtures of 8 and 16 bit and holds them against the bar, each once. */
export class Mixtures {
  readonly #groups: readonly LayerGroup[];
  readonly #learned: Learned;
  readonly #job: PrecisionJob;
  readonly #trials: Trials;
  readonly #measured = new Map<string, Measured>();
  /** Whether the bar has to be proven: one that was stated is, where all in 16 bit proves it. */
  #toBeProven = true;
  metric = '';
  bar: Bar;

  constructor(groups: readonly LayerGroup[], learned: Learned, job: PrecisionJob, trials: Trials) {
    this.#groups = groups;
    this.#learned = learned;
    this.#job = job;
    this.#trials = trials;
    this.bar = job.bar;
  }

  /**
   * Measures the mixture with everything in 16 bit, against which no other can win: whether the bar
   * can be met at all, and whether the samples are enough to prove it.
   *
   * @returns why no mixture can be made; undefined where one can
   */
  async refusalOfAll(): Promise<string | undefined> {
    const all = this.#groups.map((_, at) => at);
    // Beside it the one with nothing in 16 bits, which is asked for next.
    await this.#measureNew([all, []]);
    const { found } = this.#known(all);
    if (typeof found === 'string') return found;
    if (!isStated(this.bar)) this.bar = assumedBar(this.metric);
    this.#toBeProven = isStated(this.#job.bar) && this.#holds(found, true);
    if (this.#toBeProven || this.#holds(found, false)) return undefined;
    return `even with every layer in 16 bit ${this.barInWords} is missed`;
  }

  /** Whether the bar is met with everything in 8 bits. */
  async holdsWithNone(): Promise<boolean> {
    const [none] = await this.measure([[]]);
    return none?.holds ?? false;
  }

  /** For {@link chooseMoved}. */
  async measure(moved: readonly (readonly number[])[]): Promise<Candidate[]> {
    await this.#measureNew(moved);
    return moved.map((one) => {
      const { bytes, found } = this.#known(one);
      const holds = typeof found !== 'string' && this.#holds(found, this.#toBeProven);
      return { moved: one, bytes, holds };
    });
  }

  /** The same mixture is the same bytes, however often it is made. */
  make(moved: readonly number[]): Promise<Converted> {
    const nodes = moved.flatMap((at) => this.#groups[at]?.nodes ?? []);
    return this.#job.convert({ pass: 'mixed', ...this.#learned, moved: nodes });
  }

  dropOf(moved: readonly number[]): number | null {
    const { found } = this.#known(moved);
    return typeof found === 'string' ? null : found.drop;
  }

  get barInWords(): string {
    const { min, maxDrop } = this.bar;
    const parts = [
      ...(maxDrop === undefined ? [] : [`a drop of at most ${percent(maxDrop)}`]),
      ...(min === undefined ? [] : [`at least ${percent(min)}`]),
    ];
    return parts.join(' and ');
  }

  #holds({ drop, interval, value, valueInterval }: Summary, proven: boolean): boolean {
    const { min, maxDrop } = this.bar;
    const most = proven ? (interval?.[1] ?? Number.POSITIVE_INFINITY) : (drop ?? 0);
    const least = proven ? (valueInterval?.[0] ?? Number.NEGATIVE_INFINITY) : value;
    return (maxDrop === undefined || most <= maxDrop) && (min === undefined || least >= min);
  }

  #known(moved: readonly number[]): Measured {
    return this.#measured.get(keyOf(moved)) ?? { bytes: 0, found: 'it was not measured' };
  }

  async #measureNew(mixtures: readonly (readonly number[])[]): Promise<void> {
    const fresh = mixtures.filter((moved) => !this.#measured.has(keyOf(moved)));
    const made = await Promise.all(fresh.map((moved) => this.make(moved)));
    const sound = made.flatMap((one) => ('bytes' in one ? one : []));
    const { metric, found } = await this.#trials.judge(sound);
    if (sound.length > 0) this.metric = metric;
    let next = 0;
    for (const [at, moved] of fresh.entries()) {
      const one = made[at] as Converted;
      const measured: Measured =
        'bytes' in one
          ? { bytes: sizeOf(one), found: found[next++] ?? 'it was not measured' }
          : { bytes: 0, found: one.skipped };
      this.#measured.set(keyOf(moved), measured);
    }
  }
}

const keyOf = (moved: readonly number[]): string => [...moved].sort((a, b) => a - b).join(',');

const percent = (fraction: number): string => `${Number((100 * fraction).toFixed(3))}%`;
