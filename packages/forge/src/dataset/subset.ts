import type { Dataset } from './dataset.ts';

/**
 * At most so many samples of a data set: spread evenly over it, or, where each follows from the one
 * before, the first ones. Closing it closes nothing: the data set is still its owner's.
 */
export function subset(dataset: Dataset, most: number): Dataset {
  const samples = Math.min(most, dataset.samples);
  const { sequence, labels } = dataset;
  const indexOf = (at: number): number =>
    sequence ? at : Math.floor((at * dataset.samples) / samples);
  return {
    ...dataset,
    samples,
    labels: labels && Array.from({ length: samples }, (_, at) => labels[indexOf(at)] as number),
    sample: (at) => dataset.sample(indexOf(at)),
    expected: (at) => dataset.expected(indexOf(at)),
    close: async () => {},
  };
}
