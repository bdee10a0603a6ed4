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
  /** Collects `blocks` of about so many inputs instead of whole matrices. */
  readonly blockSize?: number;
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
    const { maxBytes = 2 ** 28, maxSize = 2048, rowsPerTensor = 256, blockSize } = options;
    this.#rowsPerTensor = rowsPerTensor;
    let left = maxBytes;
    const blocks = new Map<MomentRequest, number>();
    for (const request of [...requests].sort((a, b) => a.size - b.size)) {
      const size = Math.min(request.size, evenBlock(request, blockSize ?? request.size));
      left -= request.size * size * 8;
      if (left >= 0 && size <= maxSize) blocks.set(request, size);
    }
    this.#sums = requests.map((request) => new Sum(request, blocks.get(request)));
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

/** No block ends inside a channel: its taps go together more than anything else. */
function evenBlock({ window }: MomentRequest, wanted: number): number {
  const taps = window?.kernel.reduce((product, size) => product * size, 1) ?? 1;
  return Math.max(1, Math.floor(wanted / taps)) * taps;
}

/** Rows that are added to a matrix together, so that it is gone through once for all of them. */
const rowsAtOnce = 8;

class Sum {
  readonly request: MomentRequest;
  rows = 0;
  readonly #diagonal: Float64Array;
  readonly #blockSize: number | undefined;
  /** Upper halves. */
  readonly #blocks: readonly Float64Array[];
  readonly #waiting: readonly Float64Array[];
  #waitingCount = 0;

  /** @param blockSize absent: the diagonal alone */
  constructor(request: MomentRequest, blockSize: number | undefined) {
    const { size } = request;
    this.request = request;
    this.#diagonal = new Float64Array(size);
    this.#blockSize = blockSize;
    const count = blockSize === undefined ? 0 : Math.ceil(size / blockSize);
    this.#blocks = Array.from({ length: count }, (_, at) => {
      const own = Math.min(blockSize!, size - at * blockSize!);
      return new Float64Array(own * own);
    });
    this.#waiting = Array.from({ length: rowsAtOnce }, () => new Float64Array(size));
  }

  add(data: Float32Array, dims: readonly number[], most: number): void {
    const patches = patchReader(this.request, data, dims);
    const step = Math.max(1, patches.count / most);
    for (let at = 0; at < patches.count; at += step) {
      const row = this.#waiting[this.#waitingCount]!;
      patches.read(Math.floor(at), row);
      this.#addSquares(row);
      this.#waitingCount += 1;
      if (this.#waitingCount === rowsAtOnce) this.#flush();
    }
  }

  #addSquares(row: Float64Array): void {
    const { layer, value } = this.request;
    for (let i = 0; i < row.length; i++) {
      const x = row[i]!;
      if (!Number.isFinite(x)) {
        fail('bad-input', `${value}, which ${layer} reads, holds ${x}`, {
          hint: 'look for the calibration sample that makes the model overflow',
          details: { value },
        });
      }
      this.#diagonal[i]! += x * x;
    }
    this.rows += 1;
  }

  #flush(): void {
    for (const row of this.#waiting.slice(this.#waitingCount)) row.fill(0);
    this.#waitingCount = 0;
    for (const [at, block] of this.#blocks.entries()) {
      const from = at * this.#blockSize!;
      const to = from + this.#blockSize!;
      addProducts(
        block,
        this.#waiting.map((row) => row.subarray(from, to)),
      );
    }
  }

  finish(): InputMoments {
    if (this.#waitingCount > 0) this.#flush();
    const { size } = this.request;
    const { rows } = this;
    const diagonal = this.#diagonal.map((sum) => sum / rows);
    const known = { size, rows, diagonal };
    if (this.#blockSize === undefined) return known;
    const values = this.#blocks.map((block) => wholeOf(block, rows));
    if (this.#blockSize >= size) return { ...known, full: values[0]! };
    return { ...known, blocks: { size: this.#blockSize, values } };
  }
}

/** Adds Σ x·xᵀ over eight rows to the upper half of a matrix. */
function addProducts(full: Float64Array, rows: readonly Float64Array[]): void {
  const [r0, r1, r2, r3, r4, r5, r6, r7] = rows as [Row, Row, Row, Row, Row, Row, Row, Row];
  const size = r0.length;
  for (let i = 0; i < size; i++) {
    const [a, b, c, d] = [r0[i]!, r1[i]!, r2[i]!, r3[i]!];
    const [e, f, g, h] = [r4[i]!, r5[i]!, r6[i]!, r7[i]!];
    // Behind a Relu many inputs are zero in all of the rows.
    if (a === 0 && b === 0 && c === 0 && d === 0 && e === 0 && f === 0 && g === 0 && h === 0)
      continue;
    const own = i * size;
    for (let j = i; j < size; j++) {
      const first = a * r0[j]! + b * r1[j]! + c * r2[j]! + d * r3[j]!;
      full[own + j]! += first + (e * r4[j]! + f * r5[j]! + g * r6[j]! + h * r7[j]!);
    }
  }
}

type Row = Float64Array;

/** Both halves from the upper one, divided by the number of rows. */
function wholeOf(upper: Float64Array, rows: number): Float64Array {
  const size = Math.sqrt(upper.length);
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
