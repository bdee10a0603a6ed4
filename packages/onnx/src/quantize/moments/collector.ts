import { fail } from '@selvedge/core/errors';
import type { InputMoments } from './moments.ts';
import { patchReader } from './patches.ts';
import type { MomentRequest } from './requests.ts';

export interface CollectorOptions {
  /** Bytes that all matrices together may take: where they would take more, squares are smaller. Default 256 MiB. */
  readonly maxBytes?: number;
  /** Rows taken from one tensor, spread evenly over it. Default 256. */
  readonly rowsPerTensor?: number;
  /**
   * Inputs in one square of moments, at most; a layer with more has several, of about the same size.
   * Rounding takes its third power steps for each square. Default 1024.
   */
  readonly blockSize?: number;
  /** Makes the memory of a square, zeros: one that threads share is not copied for them. */
  readonly allocate?: (length: number) => Float64Array;
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
    const { maxBytes = 2 ** 28, rowsPerTensor = 256, blockSize = 1024 } = options;
    const { allocate = (length) => new Float64Array(length) } = options;
    this.#rowsPerTensor = rowsPerTensor;
    const sizes = squareSizes(requests, blockSize, maxBytes);
    this.#sums = requests.map((request, at) => new Sum(request, sizes?.[at], allocate));
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

  /** What was found; layers that saw nothing are absent. What adds up is given away: once, at the end. */
  moments(): Map<string, InputMoments> {
    const seen = this.#sums.filter(({ rows }) => rows > 0);
    return new Map(seen.map((sum) => [sum.request.layer, sum.finish()]));
  }
}

/** Squares of fewer inputs are not worth their bytes. */
const leastSquare = 16;

/** The size of each layer's squares, the largest with which all fit; `undefined`: none do. */
function squareSizes(
  requests: readonly MomentRequest[],
  blockSize: number,
  maxBytes: number,
): number[] | undefined {
  for (let most = blockSize; most >= Math.min(blockSize, leastSquare); most = most >> 1) {
    const sizes = requests.map((request) => evenSquare(request, most));
    const bytes = requests.reduce((sum, { size }, at) => sum + size * sizes[at]! * 8, 0);
    if (bytes <= maxBytes) return sizes;
  }
  return undefined;
}

/** No square ends inside a channel: its taps go together more than anything else. */
function evenSquare({ size, window }: MomentRequest, most: number): number {
  if (size <= most) return size;
  const taps = window?.kernel.reduce((product, length) => product * length, 1) ?? 1;
  const channels = Math.max(1, Math.floor(most / taps));
  const parts = Math.ceil(size / (channels * taps));
  return Math.ceil(size / taps / parts) * taps;
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
  /** Of the rows that wait, what each block is made of. */
  readonly #parts: readonly (readonly Float64Array[])[];
  #waitingCount = 0;

  /** @param blockSize absent: the diagonal alone */
  constructor(
    request: MomentRequest,
    blockSize: number | undefined,
    allocate: (length: number) => Float64Array,
  ) {
    const { size } = request;
    this.request = request;
    this.#diagonal = new Float64Array(size);
    this.#blockSize = blockSize;
    const count = blockSize === undefined ? 0 : Math.ceil(size / blockSize);
    this.#blocks = Array.from({ length: count }, (_, at) => {
      const own = Math.min(blockSize!, size - at * blockSize!);
      return allocate(own * own);
    });
    this.#waiting = Array.from({ length: rowsAtOnce }, () => new Float64Array(size));
    this.#parts = this.#blocks.map((_, at) =>
      this.#waiting.map((row) => row.subarray(at * blockSize!, (at + 1) * blockSize!)),
    );
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
    for (const [at, block] of this.#blocks.entries()) addProducts(block, this.#parts[at]!);
  }

  finish(): InputMoments {
    if (this.#waitingCount > 0) this.#flush();
    const { size } = this.request;
    const { rows } = this;
    const diagonal = this.#diagonal.map((sum) => sum / rows);
    const known = { size, rows, diagonal };
    if (this.#blockSize === undefined) return known;
    const values = this.#blocks.map((block) => complete(block, rows));
    if (this.#blockSize >= size) return { ...known, full: values[0]! };
    return { ...known, blocks: { size: this.#blockSize, values } };
  }
}

/** Adds Σ x·xᵀ over eight rows to the upper half of a matrix. */
function addProducts(full: Float64Array, rows: readonly Float64Array[]): void {
  const [r0, r1, r2, r3, r4, r5, r6, r7] = rows as [Row, Row, Row, Row, Row, Row, Row, Row];
  const size = r0.length;
  // Two lines of the matrix at once: what stands in the rows is read once for both. Named one by
  // one, since arrays of them would be made anew for each element until this is compiled.
  for (let i = 0; i < size; i += 2) {
    const next = i + 1;
    const a = r0[i]!;
    const b = r1[i]!;
    const c = r2[i]!;
    const d = r3[i]!;
    const e = r4[i]!;
    const f = r5[i]!;
    const g = r6[i]!;
    const h = r7[i]!;
    const upper = i * size;
    full[upper + i]! += a * a + b * b + c * c + d * d + (e * e + f * f + g * g + h * h);
    if (next === size) return;
    const k = r0[next]!;
    const l = r1[next]!;
    const m = r2[next]!;
    const n = r3[next]!;
    const o = r4[next]!;
    const p = r5[next]!;
    const q = r6[next]!;
    const r = r7[next]!;
    const lower = next * size;
    for (let j = next; j < size; j++) {
      const s = r0[j]!;
      const t = r1[j]!;
      const u = r2[j]!;
      const v = r3[j]!;
      const w = r4[j]!;
      const x = r5[j]!;
      const y = r6[j]!;
      const z = r7[j]!;
      full[upper + j]! += a * s + b * t + c * u + d * v + (e * w + f * x + g * y + h * z);
      full[lower + j]! += k * s + l * t + m * u + n * v + (o * w + p * x + q * y + r * z);
    }
  }
}

type Row = Float64Array;

/** Divides the upper half by the number of rows, and makes the other one alike. */
function complete(upper: Float64Array, rows: number): Float64Array {
  const size = Math.sqrt(upper.length);
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      const mean = upper[i * size + j]! / rows;
      upper[i * size + j] = mean;
      upper[j * size + i] = mean;
    }
  }
  return upper;
}
