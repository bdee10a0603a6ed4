import { inverseRoot } from './inverse-root.ts';

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

  private constructor(moments: Float64Array, root: Float64Array, damping: number) {
    this.size = Math.sqrt(moments.length);
    this.#moments = moments;
    this.#root = root;
    this.#damping = damping;
    this.#given = new Float64Array(this.size);
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
   * @param row what is left to round, which changes.
   * @param round rounds the weight at a place of the row, and gives what is stored for it.
   * @returns the mean squared error of the output over the calibration data.
   */
  round(row: Float64Array, first: number, round: (at: number) => number): number {
    const { size } = this;
    const [root, given] = [this.#root, this.#given];
    for (let at = 0; at < size; at++) given[at] = row[first + at]!;
    let [energy, square] = [0, 0];
    for (let at = 0; at < size; at++) {
      const own = at * size;
      const stored = round(first + at);
      const error = (row[first + at]! - stored) / root[own + at]!;
      energy += error * error;
      square += (given[at]! - stored) ** 2;
      for (let next = at + 1; next < size; next++) row[first + next]! -= error * root[own + next]!;
    }
    return energy - this.#damping * square;
  }

  /** The mean squared error of the output that errors of weights, from `first` on, make: e·H·eᵀ. */
  energy(errors: Float64Array, first: number): number {
    const { size } = this;
    const moments = this.#moments;
    let total = 0;
    for (let i = 0; i < size; i++) {
      const error = errors[first + i]!;
      // Where a rounding is exact there is nothing to add.
      if (error === 0) continue;
      const own = i * size;
      let [even, odd] = [0, 0];
      let j = i + 1;
      for (; j + 1 < size; j += 2) {
        even += moments[own + j]! * errors[first + j]!;
        odd += moments[own + j + 1]! * errors[first + j + 1]!;
      }
      if (j < size) even += moments[own + j]! * errors[first + j]!;
      total += error * (2 * (even + odd) + error * moments[own + i]!);
    }
    return total;
  }
}
