import type { ModelFacts } from '@selvedge/onnx';

/** Types of indices, shapes and text, which are no weights. */
const noWeights: ReadonlySet<string> = new Set([
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
  'string',
]);

/**
 * `fp32` is the model as it came, whatever it came as: a sentence where that is not float32. Types
 * of less than a tenth of the weights, as scales are, are left out.
 */
export function sayWhatItStores({ parametersOf }: Pick<ModelFacts, 'parametersOf'>): string[] {
  const weights = Object.entries(parametersOf).filter(([type]) => !noWeights.has(type));
  const total = weights.reduce((sum, [, count]) => sum + count, 0);
  const types = weights
    .filter(([, count]) => count > total / 10)
    .sort(([, a], [, b]) => b - a)
    .map(([type]) => type);
  if (types.length === 0 || (types.length === 1 && types[0] === 'float32')) return [];
  return [`as it came: ${types.join(' and ')} weights`];
}
