import type { Model } from '../wire/model.ts';
import type { NodeVerdict } from './judge.ts';

/** What would let a provider run a node, in a sentence; undefined where nothing is known that would. */
export function hintFor(verdict: NodeVerdict, model: Model): string | undefined {
  if (verdict.verdict === 'supported') return undefined;
  if (verdict.reason.includes('must have fixed sizes')) return fixDimensions(model);
  return undefined;
}

function fixDimensions(model: Model): string {
  const free = model.graph.input.flatMap(({ type }) =>
    (type?.tensorType?.shape?.dim ?? []).flatMap(({ dimParam }) => (dimParam ? [dimParam] : [])),
  );
  const names = [...new Set(free)];
  if (names.length === 0) return 'fix the free dimensions of the inputs';
  return `fix the free ${names.length === 1 ? 'dimension' : 'dimensions'} ${names.join(', ')}`;
}
