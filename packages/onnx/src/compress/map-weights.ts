import { isDefaultDomain } from '../graph/attribute.ts';
import { mapGraphs } from '../graph/map-graphs.ts';
import type { Scope } from '../graph/walk.ts';
import { findConstant, withoutListedInitializers } from '../pass/constants.ts';
import { NamePool } from '../pass/name-pool.ts';
import { repeatedInitializer } from '../pass/repeated-initializer.ts';
import { Replacements } from '../pass/replacements.ts';
import { type PassResult, Report, skipped } from '../pass/report.ts';
import { settleWeights, weightInputs } from '../pass/settle-weights.ts';
import { withoutTraces } from '../pass/without-traces.ts';
import { dataTypes } from '../tensor/data-type.ts';
import { isAllFinite } from '../tensor/finite.ts';
import { elementCount, floatValues } from '../tensor/values.ts';
import { edit } from '../wire/message.ts';
import type { NodeProto, TensorProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';

export interface CompressOptions {
  /** Tensors with fewer weights stay. Default 512. */
  readonly minWeights?: number;
  /** Nodes whose weights stay, by name or first output. */
  readonly keepNodes?: readonly string[];
}

/** What stands for stored weights. */
export interface Compressed {
  /** Named by the caller. */
  readonly tensors: readonly TensorProto[];
  /** The value that their readers read. */
  readonly value: string;
  /** Nodes that make the value, in each graph that reads it. */
  nodes(output: string): readonly NodeProto[];
}

/** Puts another form in the place of the stored float32 weights of layers and tables. */
export function mapWeights(
  model: Model,
  { minWeights = 512, keepNodes = [] }: CompressOptions,
  compress: (
    tensor: TensorProto,
    values: Float32Array,
    fresh: (of: string) => string,
  ) => Compressed,
): PassResult {
  const repeated = repeatedInitializer(model);
  if (repeated) return skipped(model, repeated);
  const plain = settleWeights(withoutListedInitializers(model), { mayGrow: false });
  const [report, names, stored] = [
    new Report(),
    new NamePool(plain),
    new Replacements<Compressed>(),
  ];
  const mapped = mapGraphs(plain, (graph, scope) => {
    const given = new Map<string, string>();
    const node = graph.node.flatMap((entry) => {
      const isKept = keepNodes.some((kept) => kept === entry.name || kept === entry.output[0]);
      const found = isKept ? [] : weightsOf(entry, scope, minWeights);
      if (found.length === 0) return entry;
      report.change(entry);
      const made: NodeProto[] = [];
      for (const { name, tensor } of found) {
        if (given.has(name)) continue;
        const form = stored.form(scope, name, name, (store) => {
          const compressed = compress(tensor, floatValues(tensor), (of) =>
            names.fresh(`${name}.${of}`),
          );
          compressed.tensors.forEach(store);
          return compressed;
        });
        const nodes = form.nodes(form.value);
        // A value may be made once only in a model, so each graph that makes it names its own.
        const value = nodes.length === 0 ? form.value : names.fresh(form.value);
        made.push(...(nodes.length === 0 ? [] : form.nodes(value)));
        given.set(name, value);
      }
      const input = entry.input.map((name, at) =>
        found.some((weights) => weights.at === at) ? given.get(name)! : name,
      );
      return [...made, edit(entry, { input })];
    });
    const isChanged = node.some((entry, at) => entry !== graph.node[at]);
    return stored.finish(isChanged ? edit(graph, { node }) : graph, scope);
  });
  return report.finish(model, withoutTraces(mapped), 'no weights to compress', () => true);
}

function weightsOf(
  node: NodeProto,
  scope: Scope,
  minWeights: number,
): { name: string; tensor: TensorProto; at: number }[] {
  const positions = isDefaultDomain(node.domain) ? weightInputs[node.opType ?? ''] : undefined;
  return (positions ?? []).flatMap((at) => {
    const name = node.input[at] ?? '';
    const constant = name ? findConstant(scope, name) : undefined;
    if (!constant || 'reason' in constant) return [];
    const { tensor } = constant;
    if (tensor.dataType !== dataTypes.float32 || elementCount(tensor) < minWeights) return [];
    return isAllFinite(tensor) ? { name, tensor, at } : [];
  });
}
