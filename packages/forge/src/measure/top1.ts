import { fail } from '@selvedge/core/errors';
import { meanScore } from './mean-score.ts';
import type { Answer, Metric } from './metric.ts';
import { predictedClass } from './predicted-class.ts';

/** The share of samples whose class is the label. Needs `labels.npy`. */
export const top1: Metric<number> = {
  name: 'top1',
  score: (answer) => Number(classOf(answer).label === labelOf(answer)),
  summarise: meanScore,
};

/** The share of samples that get the class the unconverted model gives them. Needs no labels. */
export const agreement: Metric<number> = {
  name: 'agreement',
  score: (answer) =>
    Number(classOf(answer).label === classOf({ ...answer, outputs: answer.reference }).label),
  summarise: meanScore,
};

function classOf({ outputs, index }: Answer) {
  return (
    predictedClass(outputs) ??
    fail('bad-dataset', `sample ${index}: no output of the model is a class`, {
      hint: 'use --metric snr, or a module of your own',
    })
  );
}

function labelOf(answer: Answer): number {
  const { label, index } = answer;
  if (label === undefined) {
    return fail('bad-dataset', 'the metric top1 needs labels.npy, which the data set lacks', {
      hint: 'add one integer per sample, or use --metric agreement',
    });
  }
  const { label: answered, classes } = classOf(answer);
  if (typeof answered === 'string') {
    fail('bad-dataset', `labels.npy holds numbers, the model answers names such as ${answered}`, {
      hint: 'use --metric agreement, or a module that knows the names',
    });
  }
  if (classes !== undefined && label >= classes) {
    fail(
      'bad-dataset',
      `labels.npy holds ${label} at ${index}, the model tells ${classes} classes apart`,
      {
        hint: `expected labels from 0 to ${classes - 1}`,
        details: { sample: index, label, classes },
      },
    );
  }
  return label;
}
