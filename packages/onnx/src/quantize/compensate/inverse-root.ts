/**
 * The upper triangular U with UᵀU = H⁻¹, for a symmetric positive definite H of `size` × `size`:
 * H = R·Rᵀ with R upper (a Cholesky factorisation from the last row up), then U = R⁻¹. Only the upper
 * half of H is read.
 *
 * @param h is overwritten: the root takes its place
 * @returns `undefined` where H is not positive definite to working precision.
 */
export function inverseRoot(h: Float64Array, size: number): Float64Array | undefined {
  for (let i = size - 1; i >= 0; i--) if (!factorRow(h, size, i)) return undefined;
  const row = new Float64Array(size);
  for (let i = size - 1; i >= 0; i--) invertRow(h, size, i, row);
  return h;
}

/** Row i of R, in the place of H's; the rows below are R's already. */
function factorRow(r: Float64Array, size: number, i: number): boolean {
  const own = i * size;
  r.fill(0, own, own + i);
  for (let j = size - 1; j > i; j--) {
    const other = j * size;
    r[own + j] = (r[own + j]! - tailProduct(r, own, other, j + 1, size)) / r[other + j]!;
  }
  const pivot = r[own + i]! - tailProduct(r, own, own, i + 1, size);
  if (!(pivot > 0)) return false;
  r[own + i] = Math.sqrt(pivot);
  return true;
}

/** Σ a[k]·b[k] for k in [from, size), in four sums: one would wait for its last addition each time. */
function tailProduct(r: Float64Array, a: number, b: number, from: number, size: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = from;
  for (; k + 3 < size; k += 4) {
    s0 += r[a + k]! * r[b + k]!;
    s1 += r[a + k + 1]! * r[b + k + 1]!;
    s2 += r[a + k + 2]! * r[b + k + 2]!;
    s3 += r[a + k + 3]! * r[b + k + 3]!;
  }
  for (; k < size; k++) s0 += r[a + k]! * r[b + k]!;
  return s0 + s1 + (s2 + s3);
}

/** Row i of U, in the place of R's: u[i] = (e[i] − Σ r[i,k]·u[k]) / r[i,i], four rows at a time. */
function invertRow(u: Float64Array, size: number, i: number, r: Float64Array): void {
  const own = i * size;
  for (let k = i; k < size; k++) r[k] = u[own + k]!;
  u.fill(0, own, own + size);
  let k = i + 1;
  for (; k + 3 < size; k += 4) {
    const f0 = r[k]!;
    const f1 = r[k + 1]!;
    const f2 = r[k + 2]!;
    const f3 = r[k + 3]!;
    const a = k * size;
    const b = a + size;
    const c = b + size;
    const d = c + size;
    // Left of its diagonal each row is zero.
    for (let j = k; j < size; j++)
      u[own + j]! -= f0 * u[a + j]! + f1 * u[b + j]! + f2 * u[c + j]! + f3 * u[d + j]!;
  }
  for (; k < size; k++) {
    const factor = r[k]!;
    for (let j = k; j < size; j++) u[own + j]! -= factor * u[k * size + j]!;
  }
  const pivot = r[i]!;
  u[own + i] = 1;
  for (let j = i; j < size; j++) u[own + j]! /= pivot;
}
