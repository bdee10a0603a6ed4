import { refuse } from './oci-error.ts';

/** How many entries a client wants on a page of a list, at most `largest`. */
export function pageSize(text: string | undefined, largest: number): number {
  if (text === undefined) return largest;
  if (/^\d{1,4}$/.test(text)) return Math.min(Number(text), largest);
  return refuse('UNSUPPORTED', `n is ${text}: expected a number`, { status: 400 });
}
