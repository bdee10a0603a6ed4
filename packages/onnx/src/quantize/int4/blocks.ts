/** How weights are laid in blocks of 4 bits along their columns. */
export interface BlockFormat {
  /** Weights that share a scale. */
  readonly size: number;
  /** Zero stands at code 8; otherwise each block has its own zero point. */
  readonly symmetric: boolean;
  /**
   * Scales may be negative, which turns the range −8…7 round where the largest weight is positive.
   * MatMulNBits allows it; a DequantizeLinear of other runtimes may not.
   */
  readonly signed: boolean;
}

/** Weights `[rows, columns]` in 4 bits: `weight ≈ (code − zero) × scale` of its row's block. */
export interface Blocks4 {
  readonly rows: number;
  readonly columns: number;
  readonly size: number;
  /** `[rows, columns]`, 0 to 15, one per byte. */
  readonly codes: Uint8Array;
  /** `[rows, blocks]` */
  readonly scales: Float32Array;
  /** `[rows, blocks]`, 0 to 15; all 8 where symmetric. */
  readonly zeros: Uint8Array;
}

/** Blocks along a row of weights; the last may be shorter. */
export const blocksPerRow = (columns: number, size: number): number => Math.ceil(columns / size);

/** Blocks with nothing in them yet: every code is 8, which is zero. */
export function emptyBlocks(rows: number, columns: number, size: number): Blocks4 {
  const count = rows * blocksPerRow(columns, size);
  return {
    rows,
    columns,
    size,
    codes: new Uint8Array(rows * columns).fill(8),
    scales: new Float32Array(count).fill(1),
    zeros: new Uint8Array(count).fill(8),
  };
}

/** The code of a weight: the nearest one, within 0 to 15. */
export function codeOf(weight: number, scale: number, zero: number): number {
  const code = Math.round(weight / scale) + zero;
  return code < 0 ? 0 : code > 15 ? 15 : code;
}

/** The weights that blocks stand for, `[rows, columns]`. */
export function fromBlocks({ rows, columns, size, codes, scales, zeros }: Blocks4): Float32Array {
  const weights = new Float32Array(codes.length);
  const perRow = blocksPerRow(columns, size);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const block = row * perRow + Math.floor(column / size);
      weights[at] = (codes[at]! - zeros[block]!) * scales[block]!;
    }
  }
  return weights;
}
