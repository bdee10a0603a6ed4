import { type Blocks4, blocksPerRow } from './blocks.ts';

/** Two codes a byte in order, the first in the low half: ONNX's UINT4 (onnx.proto, TensorProto). */
export function packNibbles(codes: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(codes.length / 2));
  for (let at = 0; at < codes.length; at++) bytes[at >> 1]! |= (codes[at]! & 15) << ((at & 1) * 4);
  return bytes;
}

/** Codes 0 to 15 as two's complement −8 to 7: ONNX's INT4, whose zero is 0. */
export const packSigned = (codes: Uint8Array): Uint8Array =>
  packNibbles(codes.map((code) => code ^ 8));

/**
 * MatMulNBits' B, `[rows, blocks, size / 2]`: the last block of a row is filled up with its zero
 * (ORT, docs/ContribOperators.md, com.microsoft.MatMulNBits).
 */
export function packRows({ rows, columns, size, codes, zeros }: Blocks4): Uint8Array {
  const perRow = blocksPerRow(columns, size);
  const bytes = new Uint8Array((rows * perRow * size) / 2);
  for (let block = 0; block < rows * perRow; block++) {
    const [row, first] = [Math.floor(block / perRow), (block % perRow) * size];
    for (let at = 0; at < size; at++) {
      const inside = first + at < columns;
      const code = inside ? codes[row * columns + first + at]! : zeros[block]!;
      bytes[(block * size + at) >> 1]! |= code << ((at & 1) * 4);
    }
  }
  return bytes;
}

/** MatMulNBits' zero points: two a byte, each row begins a new one. */
export function packZeros({ rows, columns, size, zeros }: Blocks4): Uint8Array {
  const perRow = blocksPerRow(columns, size);
  const bytesPerRow = Math.ceil(perRow / 2);
  const bytes = new Uint8Array(rows * bytesPerRow);
  for (let row = 0; row < rows; row++)
    bytes.set(packNibbles(zeros.subarray(row * perRow, (row + 1) * perRow)), row * bytesPerRow);
  return bytes;
}
