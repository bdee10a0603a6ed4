import { inverseRoot } from './inverse-root.ts';

/** Weights whose errors are taken off the rest of a row together: lazy updates (GPTQ, step 2). */
const atOnce = 4;

/**
 * Rounds weights one input at a time; what one loses is made up for in those after it, as far as
 * their inputs go together (GPTQ: Frantar et al. 2022, arXiv:2210.17323, algorithm 1).
 *
 * With H the moments of the inputs and U the upper root of the inverse of H + δI, a weight's error
 * times a row of U is taken off the weights after it. The whole error of a row then is c·U, where c
 * are the errors over U's diagonal, and its energy c·U·(H + δI)·Uᵀ·cᵀ is |c|²: it comes for nothing.
 */
export class Compensation {
  readonly size: number;
  readonly #moments: Float64Array;
  readonly #root: Float64Array;
  readonly #damping: number;
  readonly #given: Float64Array;
  /** Of the weights rounded so far, over the root's diagonal. */
  readonly #errors: Float64Array;

  private constructor(moments: Float64Array, root: Float64Array, damping: number) {
    this.size = Math.sqrt(moments.length);
    this.#moments = moments;
    this.#root = root;
    this.#damping = damping;
    this.#given = new Float64Array(this.size);
    this.#errors = new Float64Array(this.size);
  }

  /**
   * @param moments of the inputs, `[size, size]`; the upper half is read.
   * @param share of the mean of the diagonal that is added to it; ten times that where it is not
   * enough. More forgets less of what few samples did not show.
   * @returns `undefined` where the inputs were all zero, or are tied whatever is added.
   */
  static of(moments: Float64Array, share: number): Compensation | undefined {
    const size = Math.sqrt(moments.length);
    let trace = 0;
    for (let at = 0; at < size; at++) trace += moments[at * size + at]!;
    for (let added = share; trace > 0 && added <= Math.max(1, share); added *= 10) {
      const damping = (added * trace) / size;
      const damped = moments.slice();
      for (let at = 0; at < size; at++) damped[at * size + at]! += damping;
      const root = inverseRoot(damped, size);
      if (root) return new Compensation(moments, root, damping);
    }
    return undefined;
  }

  /**
   * Rounds the weights of a row from `first` on.
   *
   * @param row what is left to round, which changes: whoever looks ahead of a place that
   * {@link atOnce} divides sees all that was made up for.
   * @param round rounds the weight at a place of the row, and gives what is stored for it.
   * @returns the mean squared error of the output over the calibration data.
   */
  round(row: Float64Array, first: number, round: (at: number) => number): number {
    const { size } = this;
    const [root, given, errors] = [this.#root, this.#given, this.#errors];
    for (let at = 0; at < size; at++) given[at] = row[first + at]!;
    let energy = 0;
    let square = 0;
    let from = 0;
    while (from < size) {
      const end = Math.min(size, from + atOnce - ((first + from) % atOnce));
      for (let at = from; at < end; at++) {
        const own = at * size;
        const stored = round(first + at);
        const error = (row[first + at]! - stored) / root[own + at]!;
        errors[at] = error;
        energy += error * error;
        square += (given[at]! - stored) ** 2;
        for (let next = at + 1; next < end; next++) row[first + next]! -= error * root[own + next]!;
      }
      this.#makeUp(row, first, from, end);
      from = end;
    }
    return energy - this.#damping * square;
  }

  /** Takes the errors of the weights in [from, end) off those after them, going through these once. */
  #makeUp(row: Float64Array, first: number, from: number, end: number): void {
    const { size } = this;
    const [root, errors] = [this.#root, this.#errors];
    if (end - from < atOnce) {
      for (let at = from; at < end; at++)
        for (let next = end; next < size; next++)
          row[first + next]! -= errors[at]! * root[at * size + next]!;
      return;
    }
    const e0 = errors[from]!;
    const e1 = errors[from + 1]!;
    const e2 = errors[from + 2]!;
    const e3 = errors[from + 3]!;
    const r0 = from * size;
    const r1 = r0 + size;
    const r2 = r1 + size;
    const r3 = r2 + size;
    for (let next = end; next < size; next++) {
      const made = e0 * root[r0 + next]! + e1 * root[r1 + next]!;
      row[first + next]! -= made + (e2 * root[r2 + next]! + e3 * root[r3 + next]!);
    }
  }

  /** The mean squared error of the output that errors of weights, from `first` on, make: e·H·eᵀ. */
  energy(errors: Float64Array, first: number): number {
    const { size } = this;
    const moments = this.#moments;
    let total = 0;
    let i = 0;
    // Four lines of the matrix at once, so that the errors are read once for all.
    for (; i + 3 < size; i += 4) {
      const e0 = errors[first + i]!;
      const e1 = errors[first + i + 1]!;
      const e2 = errors[first + i + 2]!;
      const e3 = errors[first + i + 3]!;
      const m0 = i * size;
      const m1 = m0 + size;
      const m2 = m1 + size;
      const m3 = m2 + size;
      let behind = 0;
      for (let j = i + 4; j < size; j++) {
        const both = e0 * moments[m0 + j]! + e1 * moments[m1 + j]!;
        behind += errors[first + j]! * (both + (e2 * moments[m2 + j]! + e3 * moments[m3 + j]!));
      }
      total += 2 * behind;
      for (let own = i; own < i + 4; own++) total += this.#line(errors, first, own, i + 4);
    }
    for (; i < size; i++) total += this.#line(errors, first, i, size);
    return total;
  }

  /** What a line of the matrix adds, up to a column: e[i]·(2·Σ H[i,j]·e[j] + H[i,i]·e[i]), j in (i, end). */
  #line(errors: Float64Array, first: number, i: number, end: number): number {
    const own = i * this.size;
    const error = errors[first + i]!;
    let behind = 0;
    for (let j = i + 1; j < end; j++) behind += this.#moments[own + j]! * errors[first + j]!;
    return error * (2 * behind + error * this.#moments[own + i]!);
  }
}
