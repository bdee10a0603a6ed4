import { isSelvedgeError } from '@selvedge/core/errors';

/**
 * What was learned from a model's values, or `otherwise` where the engine does not load or run the
 * model with them shown: what would have been done better is done without.
 */
export const unlessHidden = <T>(learned: Promise<T>, otherwise: T): Promise<T> =>
  learned.catch((caught: unknown) => {
    if (isSelvedgeError(caught) && caught.code === 'bad-model') return otherwise;
    throw caught;
  });
