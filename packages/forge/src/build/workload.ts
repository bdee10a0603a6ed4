import type { Workload } from '@selvedge/core/release';

/** What one run of a variant costs, or null where the model can't be counted. */
export async function countWorkload(_bytes: Uint8Array, _name: string): Promise<Workload | null> {
  return null;
}
