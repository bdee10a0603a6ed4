import type { Kernels } from '../../release/documents.ts';

/** Amounts by term of the latency model: what coefficients are multiplied with. */
export type LatencyTerms = ReadonlyMap<string, number>;

/** Classes that only stream through their tensors: moving an element costs all of them the same. */
const streaming = new Set([
  ...['activation', 'elementwise', 'affine', 'gate', 'normalisation', 'pool', 'reduce', 'join'],
  ...['gather', 'movement', 'reshape', 'other'],
]);

/**
 * The terms of the latency model for one inference. Each class of kernels has one for its
 * arithmetic (10⁹ multiply-accumulates in blocks) and one for what it moves (10⁶ elements), which
 * those that only stream share; weights (10⁶) that arithmetic does not hide are waited for; and each
 * kernel (10³) is started. A term for what does not fit on the chip was tried, and predicted less.
 */
export function latencyTerms(kernels: Kernels): LatencyTerms {
  const terms = new Map<string, number>([['start', 1]]);
  const add = (term: string, amount: number) => {
    if (amount > 0) terms.set(term, (terms.get(term) ?? 0) + amount);
  };
  for (const [kernel, work] of Object.entries(kernels)) {
    const kind = work.macs > 0 ? 'arithmetic' : 'movement';
    add(`${kernel} macs`, work.macs / 1e9);
    add(`${streaming.has(kernel) ? 'streamed' : kernel} elements`, work.elements / 1e6);
    add(`${kind} kernels`, work.nodes / 1e3);
    add('weights', work.weights / 1e6);
    add('waiting weights', work.waiting / 1e6);
  }
  return terms;
}
