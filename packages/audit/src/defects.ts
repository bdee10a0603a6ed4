import { isSelvedgeError } from '@selvedge/core/errors';
import { masked } from './secret/index.ts';

/** Files on which the audit itself failed, each with the first error. */
export class Defects {
  readonly #errors = new Map<string, Error>();

  /**
   * What work on one file gives, or nothing where it fails in a way that nobody foresaw: the report
   * says so of the file, and the others are audited all the same. An error that is written for the
   * user is about more than the file, and ends the run.
   */
  within<T>(path: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (isSelvedgeError(error)) throw error;
      this.add(path, error instanceof Error ? error : new Error(String(error)));
      return undefined;
    }
  }

  add(path: string, error: Error): void {
    if (!this.#errors.has(path)) this.#errors.set(path, error);
  }

  get size(): number {
    return this.#errors.size;
  }

  [Symbol.iterator](): IterableIterator<[path: string, error: Error]> {
    return this.#errors.entries();
  }
}

/** What a report says of such a file, and what to do. */
export const defectDetail = ({ name, message }: Error): string =>
  `a defect of the audit, please report it: ${masked(`${name}: ${message}`)}`;
