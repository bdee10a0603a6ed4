import type { Model } from '../wire/model.ts';
import { toFloat16 } from './convert.ts';
import type { Float16Options } from './plan.ts';

/**
 * Computed values of the main graph that the conversion would hold in half precision: what to look
 * at in float32, over calibration data, to know whether any would overflow (`ranges`). On a CPU
 * ONNX Runtime computes halves in float32, so a run of the converted model does not tell.
 */
export function float16Values(model: Model, options: Float16Options = {}): string[] {
  const { changed } = toFloat16(model, { ...options, keepIo: true }).report;
  const converted = new Set(changed.map(({ node }) => node));
  const made = model.graph.node
    .filter(({ name, output }) => converted.has(name || (output.find(Boolean) ?? '')))
    .flatMap(({ output }) => output.filter(Boolean));
  return [...new Set(made)];
}
