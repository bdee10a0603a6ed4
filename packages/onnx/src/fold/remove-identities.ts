import { attribute, intAttribute, isDefaultDomain } from '../graph/attribute.ts';
import { mapGraphs } from '../graph/map-graphs.ts';
import { opsetVersion } from '../graph/walk.ts';
import { repeatedInitializer } from '../pass/repeated-initializer.ts';
import { type PassResult, Report, skipped } from '../pass/report.ts';
import { type Inference, inferValues } from '../shape/infer.ts';
import { dataTypeName } from '../tensor/data-type.ts';
import { edit } from '../wire/message.ts';
import type { GraphProto, NodeProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { dropUnread } from './drop-unread.ts';
import { renameReads } from './rename-values.ts';

/**
 * Removes nodes that give their first input as it is: Identity, Dropout outside of training, Cast
 * to the type that it has, Sum, Max, Min, Mean or Concat of one, a Transpose that moves nothing.
 * Names of the graph's inputs and outputs stay; where a node stands between the two, it stays.
 */
export function removeIdentities(model: Model): PassResult {
  const repeated = repeatedInitializer(model);
  if (repeated) return skipped(model, repeated);
  const report = new Report();
  const inference = inferValues(model, { general: true });
  const opset = opsetVersion(model) ?? 1;
  const lost = new Set<string>();
  const changed = mapGraphs(model, (graph, { graph: original }) => {
    const renames = new Map<string, string>();
    const outputs = new Set(graph.output.map(({ name }) => name));
    const passed = graph.node.filter((node) => {
      if (outputs.has(node.output[0]) || !isIdentity(node, original, opset, inference)) return true;
      renames.set(node.output[0]!, renames.get(node.input[0]!) ?? node.input[0]!);
      for (const name of node.input) lost.add(name);
      report.change(node);
      return false;
    });
    const rewired =
      renames.size === 0 ? graph : renameReads(edit(graph, { node: passed }), renames);
    return dropUnread(rewired, lost);
  });
  return report.finish(model, changed, 'no node gives its input as it is', () => false);
}

function isIdentity(
  node: NodeProto,
  graph: GraphProto,
  opset: number,
  inference: Inference,
): boolean {
  const { input, output, opType } = node;
  if (!isDefaultDomain(node.domain) || !input[0] || !output[0]) return false;
  if (output.slice(1).some((name) => name !== '')) return false;
  switch (opType) {
    case 'Identity':
      return true;
    case 'Dropout':
      if (opset < 7) return intAttribute(node, 'is_test', 0) === 1;
      return !input[2] || inference.of(graph, input[2]).constant?.[0] === 0;
    case 'Cast': {
      const { type } = inference.of(graph, input[0]);
      return type !== undefined && type === dataTypeName(intAttribute(node, 'to'));
    }
    case 'Concat':
    case 'Max':
    case 'Mean':
    case 'Min':
    case 'Sum':
      return input.length === 1;
    case 'Transpose':
      return attribute(node, 'perm')?.ints.every((axis, at) => Number(axis) === at) ?? false;
    default:
      return false;
  }
}
