import { fail } from '@selvedge/core/errors';
import type { InputMoments } from './moments.ts';
import { patchReader } from './patches.ts';
import type { MomentRequest } from './requests.ts';

export interface CollectorOptions {
  /** Bytes that all matrices together may take; the largest layers go without. Default 256 MiB. */
  readonly maxBytes?: number;
  /** Largest K with a whole matrix: inverting it takes K³ steps. Default 2048. */
  readonly maxSize?: number;
  /** Rows taken from one tensor, spread evenly over it. Default 256. */
  readonly rowsPerTensor?: number;
}

/**
 * Adds up second moments of layers' inputs, tensor by tensor, in memory that does not depend on how
 * many there are.
 *
 * @example
 * const requests = momentRequests(model);
 * const collector = new MomentCollector(requests);
 * // for each sample, run exposeValues(model, requests.map(({ value }) => value)), then:
 * collector.add(value, tensor.data, tensor.dims);
 * quantizeWeights4(model, { moments: collector.moments() });
 */
export class MomentCollector {
  readonly #sums: readonly Sum[];
  readonly #rowsPerTensor: number;

  constructor(requests: readonly MomentRequest[], options: CollectorOptions = {}) {
    const { maxBytes = 2 ** 28, maxSize = 2048, rowsPerTensor = 256 } = options;
    this.#rowsPerTensor = rowsPerTensor;
    let left = maxBytes;
    const whole = new Set<MomentRequest>();
    for (const request of [...requests].sort((a, b) => a.size - b.size)) {
      left -= request.size ** 2 * 8;
      if (left >= 0 && request.size <= maxSize) whole.add(request);
    }
    this.#sums = requests.map((request) => new Sum(request, whole.has(request)));
  }

  /**
   * Adds one tensor for every layer that reads the value; others are ignored.
   *
   * @throws SelvedgeError `usage` where its shape does not fit the layer, `bad-input` where it is not finite.
   */
  add(value: string, data: Float32Array, dims: readonly number[]): void {
    for (const sum of this.#sums)
      if (sum.request.value === value) sum.add(data, dims, this.#rowsPerTensor);
  }

  /** What was found; layers that saw nothing are absent. */
  moments(): Map<string, InputMoments> {
    const seen = this.#sums.filter(({ rows }) => rows > 0);
    return new Map(seen.map((sum) => [sum.request.layer, sum.finish()]));
  }
}

class Sum {
  readonly request: MomentRequest;
  rows = 0;
  readonly #diagonal: Float64Array;
  /** Upper half. */
  readonly #full: Float64Array | undefined;
  readonly #row: Float64Array;

  constructor(request: MomentRequest, isWhole: boolean) {
    this.request = request;
    this.#diagonal = new Float64Array(request.size);
    this.#full = isWhole ? new Float64Array(request.size ** 2) : undefined;
    this.#row = new Float64Array(request.size);
  }

  add(data: Float32Array, dims: readonly number[], most: number): void {
    const patches = patchReader(this.request, data, dims);
    const step = Math.max(1, patches.count / most);
    for (let at = 0; at < patches.count; at += step) {
      patches.read(Math.floor(at), this.#row);
      this.#addRow();
    }
  }

  #addRow(): void {
    const [row, full, { size, layer, value }] = [this.#row, this.#full, this.request];
    for (let i = 0; i < size; i++) {
      const x = row[i]!;
      if (!Number.isFinite(x)) {
        fail('bad-input', `${value}, which ${layer} reads, holds ${x}`, {
          hint: 'look for the calibration sample that makes the model overflow',
          details: { value },
        });
      }
      if (x === 0) continue;
      this.#diagonal[i]! += x * x;
      if (full) for (let j = i; j < size; j++) full[i * size + j]! += x * row[j]!;
    }
    this.rows += 1;
  }

  finish(): InputMoments {
    const { request, rows } = this;
    const diagonal = this.#diagonal.map((sum) => sum / rows);
    const full = this.#full && wholeOf(this.#full, request.size, rows);
    return { size: request.size, rows, diagonal, ...(full && { full }) };
  }
}

/** Both halves from the upper one, divided by the number of rows. */
function wholeOf(upper: Float64Array, size: number, rows: number): Float64Array {
  const whole = new Float64Array(upper.length);
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      const mean = upper[i * size + j]! / rows;
      whole[i * size + j] = mean;
      whole[j * size + i] = mean;
    }
  }
  return whole;
}
