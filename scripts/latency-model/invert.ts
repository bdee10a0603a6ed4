/** The inverse of a symmetric positive definite matrix of `size` rows, by Gauss and Jordan. */
export function invert(matrix: Float64Array, size: number): Float64Array {
  const a = matrix.slice();
  for (let k = 0; k < size; k += 1) {
    const pivot = a[k * size + k]!;
    a[k * size + k] = 1;
    for (let j = 0; j < size; j += 1) a[k * size + j]! /= pivot;
    for (let i = 0; i < size; i += 1) {
      const factor = a[i * size + k]!;
      if (i === k || factor === 0) continue;
      a[i * size + k] = 0;
      for (let j = 0; j < size; j += 1) a[i * size + j]! -= factor * a[k * size + j]!;
    }
  }
  return a;
}

/** Rows and columns `at` of a square matrix. */
export function submatrix(matrix: Float64Array, size: number, at: readonly number[]): Float64Array {
  return Float64Array.from(at.flatMap((i) => at.map((j) => matrix[i * size + j]!)));
}

/** A square matrix times a vector. */
export function times(matrix: Float64Array, vector: readonly number[]): number[] {
  const size = vector.length;
  return vector.map((_, i) => {
    let sum = 0;
    for (let j = 0; j < size; j += 1) sum += matrix[i * size + j]! * vector[j]!;
    return sum;
  });
}
