import { describe, it, type TestFunction } from 'vitest';
import { titled } from './skip-title.ts';

/** Why something is not tried here, or false. */
export type Reason = string | false;

/**
 * `describe`, unless there is a reason to skip: then its tests are skipped with it, and the end of
 * the run says so (`scripts/closing-reporter.ts`), once for all tests that have the same reason.
 */
export const describeUnless =
  (reason: Reason) =>
  (name: string, body: () => void): void => {
    if (reason === false) describe(name, body);
    else describe.skip(titled(name, reason), body);
  };

export interface It {
  (name: string, body: TestFunction, timeoutMs?: number): void;
  readonly each: typeof it.each;
}

/** The same for one test, or for `.each` of some. */
export function itUnless(reason: Reason): It {
  if (reason === false) return it;
  const one: Omit<It, 'each'> & ((name: string, body: TestFunction) => void) = (name, body) =>
    it.skip(titled(name, reason), body);
  const each = (cases: readonly unknown[]) => (name: string, body: () => void) =>
    it.skip.each(cases)(titled(name, reason), body);
  return Object.assign(one, { each: each as typeof it.each });
}
