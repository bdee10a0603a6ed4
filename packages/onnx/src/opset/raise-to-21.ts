import { makeAttribute, makeTensor } from '../build/make.ts';
import {
  attribute,
  intAttribute,
  intsAttribute,
  isDefaultDomain,
  textAttribute,
} from '../graph/attribute.ts';
import { mapGraphs } from '../graph/map-graphs.ts';
import { opsetVersion, walkNodes } from '../graph/walk.ts';
import { NamePool } from '../pass/name-pool.ts';
import { edit } from '../wire/message.ts';
import type { GraphProto, NodeProto, TensorProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { raiseTo13 } from './raise-to-13.ts';

/** The version whose DequantizeLinear takes 4 bits, in blocks. */
const target = 21;

/**
 * Raises a model of opset 7 to 20 to opset 21, by way of {@link raiseTo13}. What changed from 13 to
 * 21 (ONNX Changelog): the axes of reductions became inputs and Split tells how many parts it makes
 * (18), RoiAlign's default moved by half a pixel (16), GridSample's modes have other names (20).
 *
 * @returns the model, or why it cannot be raised. Models of opset 21 and later as they are.
 */
export function raiseTo21(model: Model): Model | { readonly reason: string } {
  const from = opsetVersion(model);
  if (from !== undefined && from >= target) return model;
  const given = raiseTo13(model);
  if ('reason' in given) return given;
  const version = opsetVersion(given) ?? target;
  for (const { node } of walkNodes(given)) {
    const refusal = isDefaultDomain(node.domain) ? refuse(node, version) : undefined;
    if (refusal !== undefined) return { reason: refusal };
  }
  const names = new NamePool(given);
  const raised = mapGraphs(given, (graph) => raiseGraph(graph, version, names));
  const opsetImport = raised.opsetImport.map((entry) =>
    isDefaultDomain(entry.domain) ? edit(entry, { version: target }) : entry,
  );
  const irVersion = Math.max(Number(raised.irVersion), 10);
  return edit(raised, { opsetImport, irVersion });
}

/** Why a node means something that opset 21 has no operator for. */
function refuse(node: NodeProto, from: number): string | undefined {
  const what = `${node.opType} ${node.name || node.output[0]}`;
  if (node.opType === 'GroupNormalization') return `${what} has other inputs in opset ${target}`;
  if (node.opType === 'DFT' && from < 20) return `${what} has other inputs in opset ${target}`;
  if (node.opType === 'BatchNormalization' && from < 14 && node.output.filter(Boolean).length > 1)
    return `${what} trains, which opset ${target} does otherwise`;
  return undefined;
}

/** Reductions whose axes were an attribute until 18; of ReduceSum, until 13. */
const reductions: ReadonlySet<string> = new Set([
  ...['ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceMax', 'ReduceMean'],
  ...['ReduceMin', 'ReduceProd', 'ReduceSumSquare'],
]);

const gridModes: Readonly<Record<string, string>> = { bilinear: 'linear', bicubic: 'cubic' };

function raiseGraph(graph: GraphProto, from: number, names: NamePool): GraphProto {
  const added: TensorProto[] = [];
  const raise = (node: NodeProto): NodeProto => {
    const op = node.opType ?? '';
    if (!isDefaultDomain(node.domain)) return node;
    if (from < 18 && reductions.has(op)) {
      const axes = intsAttribute(node, 'axes');
      if (!axes) return node;
      const name = names.fresh(`${node.output[0]}.axes`);
      added.push(makeTensor(name, [axes.length], BigInt64Array.from(axes, BigInt)));
      return edit(node, { input: [node.input[0] ?? '', name], attribute: without(node, 'axes') });
    }
    if (
      from < 18 &&
      op === 'Split' &&
      !node.input[1] &&
      intAttribute(node, 'num_outputs') === undefined
    )
      return withAttribute(node, 'num_outputs', node.output.length);
    if (from < 16 && op === 'RoiAlign')
      return withAttribute(node, 'coordinate_transformation_mode', 'output_half_pixel');
    if (from < 20 && op === 'GridSample' && attribute(node, 'mode')) {
      const mode = textAttribute(node, 'mode', 'linear');
      return withAttribute(node, 'mode', gridModes[mode] ?? mode);
    }
    return node;
  };
  const node = graph.node.map(raise);
  if (node.every((entry, at) => entry === graph.node[at])) return graph;
  return edit(graph, { node, initializer: [...graph.initializer, ...added] });
}

const without = (node: NodeProto, name: string) =>
  node.attribute.filter((entry) => entry.name !== name);

const withAttribute = (node: NodeProto, name: string, value: string | number): NodeProto =>
  edit(node, { attribute: [...without(node, name), makeAttribute(name, value)] });
