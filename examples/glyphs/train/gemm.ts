/**
 * The two matrix products that training spends its time in, over row-major Float32Arrays.
 * Blocks of 4×4 results stay in registers. Sums are kept in double precision.
 */

/** C[m×n] = A[m×k] · B[k×n] */
export function multiply(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  m: number,
  k: number,
  n: number,
): void {
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    let j = 0;
    for (; j + 4 <= n; j += 4) block(a, b, c, i, j, k, n);
    rest(a, b, c, i, i + 4, k, n, j);
  }
  rest(a, b, c, i, m, k, n, 0);
}

/**
 * The block of C at (i, j). Written out: sixteen named sums stay in registers, where an array of
 * sums and loops over it would be read and written in memory for each product.
 */
function block(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  i: number,
  j: number,
  k: number,
  n: number,
): void {
  const a0 = i * k;
  const a1 = a0 + k;
  const a2 = a1 + k;
  const a3 = a2 + k;
  let s00 = 0,
    s01 = 0,
    s02 = 0,
    s03 = 0,
    s10 = 0,
    s11 = 0,
    s12 = 0,
    s13 = 0;
  let s20 = 0,
    s21 = 0,
    s22 = 0,
    s23 = 0,
    s30 = 0,
    s31 = 0,
    s32 = 0,
    s33 = 0;
  for (let p = 0, at = j; p < k; p++, at += n) {
    const b0 = b[at]!,
      b1 = b[at + 1]!,
      b2 = b[at + 2]!,
      b3 = b[at + 3]!;
    const x0 = a[a0 + p]!,
      x1 = a[a1 + p]!,
      x2 = a[a2 + p]!,
      x3 = a[a3 + p]!;
    s00 += x0 * b0;
    s01 += x0 * b1;
    s02 += x0 * b2;
    s03 += x0 * b3;
    s10 += x1 * b0;
    s11 += x1 * b1;
    s12 += x1 * b2;
    s13 += x1 * b3;
    s20 += x2 * b0;
    s21 += x2 * b1;
    s22 += x2 * b2;
    s23 += x2 * b3;
    s30 += x3 * b0;
    s31 += x3 * b1;
    s32 += x3 * b2;
    s33 += x3 * b3;
  }
  let at = i * n + j;
  c[at] = s00;
  c[at + 1] = s01;
  c[at + 2] = s02;
  c[at + 3] = s03;
  at += n;
  c[at] = s10;
  c[at + 1] = s11;
  c[at + 2] = s12;
  c[at + 3] = s13;
  at += n;
  c[at] = s20;
  c[at + 1] = s21;
  c[at + 2] = s22;
  c[at + 3] = s23;
  at += n;
  c[at] = s30;
  c[at + 1] = s31;
  c[at + 2] = s32;
  c[at + 3] = s33;
}

/** The rows and columns that do not fill a block. */
function rest(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  fromRow: number,
  toRow: number,
  k: number,
  n: number,
  fromColumn: number,
): void {
  for (let i = fromRow; i < toRow; i++) {
    for (let j = fromColumn; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += a[i * k + p]! * b[p * n + j]!;
      c[i * n + j] = sum;
    }
  }
}

/** Bt[n×k] = B[k×n] transposed. */
export function transpose(b: Float32Array, bt: Float32Array, k: number, n: number): void {
  for (let p = 0; p < k; p++) {
    for (let j = 0; j < n; j++) bt[j * k + p] = b[p * n + j]!;
  }
}
