import { fp16 } from './fp16.ts';
import { fp32 } from './fp32.ts';
import { int4 } from './int4.ts';
import { int8 } from './int8.ts';
import { int8Dynamic } from './int8-dynamic.ts';
import { mixed } from './mixed.ts';
import type { Precision } from './precision.ts';

export type { Converted } from './converted.ts';
export { openPassThreads, type PassThreads } from './pass-threads.ts';
export type { Precision, PrecisionJob } from './precision.ts';

/** Every precision that can be built, in the order in which reports show them. */
const registry: readonly Precision[] = [fp32, fp16, int8, int8Dynamic, int4, mixed];

/** Their names. */
export const precisions: readonly string[] = registry.map(({ id }) => id);

/** A precision by its name; names are checked before a build begins. */
export function precisionOf(name: string): Precision {
  const found = registry.find(({ id }) => id === name);
  if (!found) throw new RangeError(`no precision is called ${name}`);
  return found;
}
