import { makeNode } from '../build/make.ts';
import { mapGraphs, mapList } from '../graph/map-graphs.ts';
import { freeNames } from '../graph/walk.ts';
import type { NamePool } from '../pass/name-pool.ts';
import { dataTypes } from '../tensor/data-type.ts';
import { edit } from '../wire/message.ts';
import type { NodeProto, ValueInfoProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';

/**
 * Turns the float32 inputs and outputs of a model into float16 ones of the same names, with a cast
 * behind each input and before each output. Inside, nothing changes but names; the conversion then
 * goes past the casts where it can.
 */
export function halveIo(model: Model, names: NamePool): Model {
  const { graph } = model;
  const inputs = graph.input.filter(isFloat32).map(nameOf);
  const outputs = graph.output.filter(isFloat32).map(nameOf);
  const floats = new Map(
    [...inputs, ...outputs].map((name) => [name, names.fresh(`${name}.f32`)] as const),
  );
  const node = [
    ...inputs.map((name) => cast(name, floats.get(name)!, 'float32')),
    ...renamed(model, floats).graph.node,
    ...outputs
      .filter((name) => !inputs.includes(name))
      .map((name) => cast(floats.get(name)!, name, 'float16')),
  ];
  const halved = edit(graph, {
    node,
    input: mapList(graph.input, asFloat16),
    output: mapList(graph.output, asFloat16),
    valueInfo: graph.valueInfo.filter(({ name }) => !floats.has(name ?? '')),
  });
  return edit(model, { graph: halved });
}

/** The model without casts of float16 inputs to a float32 that nothing reads any more. */
export function withoutUnreadCasts(model: Model): Model {
  const { graph } = model;
  const read = freeNames(edit(graph, { input: [], initializer: [], node: graph.node.map(reader) }));
  const inputs = new Set(graph.input.map(nameOf));
  const node = graph.node.filter(
    ({ opType, input, output }) =>
      opType !== 'Cast' || !inputs.has(input[0] ?? '') || read.has(output[0] ?? ''),
  );
  return node.length === graph.node.length ? model : edit(model, { graph: edit(graph, { node }) });
}

/** A node as one that makes nothing, so that whatever anything reads is free. */
const reader = (node: NodeProto): NodeProto => edit(node, { output: [] });

export const cast = (from: string, to: string, type: 'float16' | 'float32'): NodeProto =>
  makeNode('Cast', [from], [to], { to: dataTypes[type] }, { name: `Cast_${to}` });

const nameOf = ({ name }: ValueInfoProto): string => name ?? '';

const isFloat32 = ({ type }: ValueInfoProto): boolean =>
  type?.tensorType?.elemType === dataTypes.float32;

function asFloat16(info: ValueInfoProto): ValueInfoProto {
  if (!isFloat32(info)) return info;
  const tensorType = edit(info.type!.tensorType!, { elemType: dataTypes.float16 });
  return edit(info, { type: edit(info.type!, { tensorType }) });
}

/** Values renamed wherever nodes make or read them, in subgraphs too; names are unique in a model. */
function renamed(model: Model, names: ReadonlyMap<string, string>): Model {
  const rename = (name: string) => names.get(name) ?? name;
  return mapGraphs(model, (graph, scope) => {
    const node = mapList(graph.node, (entry) => {
      const [input, output] = [mapList(entry.input, rename), mapList(entry.output, rename)];
      if (input === entry.input && output === entry.output) return entry;
      return edit(entry, { input, output });
    });
    const output = scope.outer
      ? mapList(graph.output, (info) =>
          names.has(nameOf(info)) ? edit(info, { name: rename(nameOf(info)) }) : info,
        )
      : graph.output;
    if (node === graph.node && output === graph.output) return graph;
    return edit(graph, { node, output });
  });
}
