/**
 * The upper triangular U with UᵀU = H⁻¹, for a symmetric positive definite H of `size` × `size`:
 * H = R·Rᵀ with R upper (a Cholesky factorisation from the last row up), then U = R⁻¹.
 *
 * @returns `undefined` where H is not positive definite to working precision.
 */
export function inverseRoot(h: Float64Array, size: number): Float64Array | undefined {
  const root = upperCholesky(h, size);
  return root && invertUpper(root, size);
}

/** Row by row from the last; row dot products run over contiguous memory. */
function upperCholesky(h: Float64Array, size: number): Float64Array | undefined {
  const r = new Float64Array(size * size);
  for (let i = size - 1; i >= 0; i--) {
    for (let j = size - 1; j >= i; j--) {
      let sum = h[i * size + j]!;
      for (let k = j + 1; k < size; k++) sum -= r[i * size + k]! * r[j * size + k]!;
      if (j > i) r[i * size + j] = sum / r[j * size + j]!;
      else if (sum > 0) r[i * size + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return r;
}

/** Back substitution by rows: u[i] = (e[i] − Σ r[i,k]·u[k]) / r[i,i], from the last row up. */
function invertUpper(r: Float64Array, size: number): Float64Array {
  const u = new Float64Array(size * size);
  for (let i = size - 1; i >= 0; i--) {
    const own = i * size;
    u[own + i] = 1;
    for (let k = i + 1; k < size; k++) {
      const factor = r[own + k]!;
      if (factor === 0) continue;
      for (let j = k; j < size; j++) u[own + j]! -= factor * u[k * size + j]!;
    }
    const pivot = r[own + i]!;
    for (let j = i; j < size; j++) u[own + j]! /= pivot;
  }
  return u;
}
