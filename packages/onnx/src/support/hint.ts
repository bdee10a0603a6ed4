import type { Model } from '../wire/model.ts';
import { asksFor } from './condition.ts';
import { rewriteFor } from './fix/fix-model.ts';
import type { NodeVerdict } from './judge.ts';

/**
 * What would let a provider run a node, in a sentence; undefined where nothing is known that would.
 *
 * @param replaced nodes that `fixModel` replaces for the provider, by name
 */
export function hintFor(
  { verdict, reason, op, name, failing }: NodeVerdict,
  model: Model,
  replaced: ReadonlySet<string>,
): string | undefined {
  if (verdict === 'supported') return undefined;
  if (asksFor(failing, 'fixed')) return fixDimensions(model);
  if (asksFor(failing, 'constant')) return 'export the model with that input as a constant';
  if (reason.includes('is float32; it takes uint8'))
    return /^(?:De)?[Qq]uantizeLinear$/.test(op)
      ? 'quantise in the application: a model of integer inputs and outputs has no such node'
      : 'build int8';
  const rewrite = replaced.has(name) ? rewriteFor(op) : undefined;
  if (rewrite) return `--fix says it ${rewrite.words}`;
  const other = others.find(([pattern]) => pattern.test(`${op}: ${reason}`));
  return other?.[1];
}

/** What --fix does not do, because the answers would differ or the model's author must choose. */
const others: readonly (readonly [RegExp, string])[] = [
  [/^\w+: input \d+ is int64; it takes .*int32/, 'cast it to int32 where its values allow'],
  [/^\w+: .* is float64; it takes .*float32/, 'export the model in float32'],
  [
    /^Resize: .*(?:mode|coordinate)/,
    'resize with mode linear or nearest and half_pixel coordinates',
  ],
  [/^(?:Loop|Scan):/, 'unroll it when the model is exported, where the number of rounds is fixed'],
  [/^If:/, 'export the branch that is needed as a model of its own'],
  [/^QuantizeLinear: the values of input 2 must be 0/, 'quantise with zero points of 0'],
  [/^QuantizeLinear: QuantizeLinear is not on the list/, 'build fp16, or int4, for this provider'],
  [/^(?:LSTM|GRU|RNN):/, 'unroll it when the model is exported, or keep it on the CPU'],
  [/opset .*; it takes opset/, 'convert the model to an operator set of the list'],
  [/the rank of .* must be at most/, 'reshape so that fewer dimensions are needed'],
];

function fixDimensions(model: Model): string {
  const free = model.graph.input.flatMap(({ type }) =>
    (type?.tensorType?.shape?.dim ?? []).flatMap(({ dimParam }) => (dimParam ? [dimParam] : [])),
  );
  const names = [...new Set(free)];
  if (names.length === 0) return 'fix the free dimensions of the inputs';
  return `fix the free ${names.length === 1 ? 'dimension' : 'dimensions'} ${names.join(', ')}`;
}
