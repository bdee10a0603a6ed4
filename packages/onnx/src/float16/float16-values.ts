import { mapGraphs } from '../graph/map-graphs.ts';
import { Report } from '../pass/report.ts';
import { inferValues } from '../shape/infer.ts';
import type { Model } from '../wire/model.ts';
import { HalfCache } from './lossy.ts';
import { type Float16Options, planFloat16 } from './plan.ts';
import { settleFloat16 } from './settle.ts';

/**
 * Computed values of the main graph that the conversion would hold in half precision: what to look
 * at in float32, over calibration data, to know whether any would overflow (`ranges`). On a CPU
 * ONNX Runtime computes halves in float32, so a run of the converted model does not tell.
 */
export function float16Values(model: Model, options: Float16Options = {}): string[] {
  const settled = settleFloat16(model);
  if ('reason' in settled) return [];
  const [inference, halves, report] = [inferValues(settled), new HalfCache(), new Report()];
  mapGraphs(settled, (graph, scope) => {
    const { chosen, stored } = planFloat16(scope, inference, options, halves, report);
    for (const at of [...chosen, ...stored]) report.change(graph.node[at]!);
    return graph;
  });
  const converted = new Set(report.changed.map(({ node }) => node));
  const made = model.graph.node
    .filter(({ name, output }) => converted.has(name || (output.find(Boolean) ?? '')))
    .flatMap(({ output }) => output.filter(Boolean));
  return [...new Set(made)];
}
