import { isDefaultDomain, subgraphs } from '../graph/attribute.ts';
import { mapGraphs } from '../graph/map-graphs.ts';
import { repeatedInitializer } from '../pass/repeated-initializer.ts';
import { type PassResult, Report, skipped } from '../pass/report.ts';
import { type Inference, inferValues } from '../shape/infer.ts';
import { edit } from '../wire/message.ts';
import type { GraphProto, NodeProto, TensorProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { tensorOfFacts } from './constant-tensor.ts';
import { dropUnread } from './drop-unread.ts';

/**
 * Replaces nodes by what they give, where that follows from constants and from sizes that are fixed:
 * the arithmetic on shapes that exporters leave in graphs. What is put in their place is exactly
 * what the operators give in their types; nothing is run. Constants that a caller may replace count
 * as not known, and a first dimension that is free stays so. Weights in integers stay as they are:
 * QuantizeLinear and DequantizeLinear are not folded. Subgraphs are folded in place.
 */
export function foldConstants(model: Model): PassResult {
  const repeated = repeatedInitializer(model);
  if (repeated) return skipped(model, repeated);
  const report = new Report();
  const inference = inferValues(model, { general: true });
  const lost = new Set<string>();
  const folded = mapGraphs(model, (graph, scope) =>
    foldGraph(graph, scope.graph, inference, lost, report),
  );
  return report.finish(model, folded, 'nothing follows from constants', () => false);
}

function foldGraph(
  graph: GraphProto,
  original: GraphProto,
  inference: Inference,
  lost: Set<string>,
  report: Report,
): GraphProto {
  const outputs = new Set(original.output.map(({ name }) => name));
  const made: TensorProto[] = [];
  const node = graph.node.filter((candidate) => {
    const tensors = foldNode(candidate, original, inference, outputs);
    if (!tensors) return true;
    made.push(...tensors);
    for (const name of candidate.input) lost.add(name);
    report.change(candidate);
    return false;
  });
  for (const { name = '' } of made) lost.add(name);
  const folded =
    made.length === 0 ? graph : edit(graph, { node, initializer: [...graph.initializer, ...made] });
  return dropUnread(folded, lost);
}

/** The outputs of a node as tensors, where all are known and may be stored. */
function foldNode(
  node: NodeProto,
  graph: GraphProto,
  inference: Inference,
  graphOutputs: ReadonlySet<string | undefined>,
): TensorProto[] | undefined {
  if (!isDefaultDomain(node.domain) || kept.has(node.opType ?? '') || subgraphs(node).length > 0)
    return undefined;
  const names = node.output.filter(Boolean);
  if (names.length === 0 || names.some((name) => graphOutputs.has(name))) return undefined;
  const tensors = names.map((name) => tensorOfFacts(name, inference.of(graph, name)));
  if (!tensors.every((tensor) => tensor !== undefined)) return undefined;
  const grows = growing.has(node.opType ?? '');
  return grows && tensors.some((tensor) => (tensor.rawData?.length ?? 0) > maxGrown)
    ? undefined
    : tensors;
}

/** Constants themselves, and what marks integers. */
const kept = new Set(['Constant', 'QuantizeLinear', 'DequantizeLinear']);

/** Operators that give more than they are given: their results are stored only while small. */
const growing = new Set(['ConstantOfShape', 'Expand', 'Range', 'Tile']);
const maxGrown = 4096;
