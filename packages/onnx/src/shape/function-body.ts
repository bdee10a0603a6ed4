import { mapList } from '../graph/map-graphs.ts';
import { edit } from '../wire/message.ts';
import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
} from '../wire/messages.ts';

/** A model's functions by what calls them. */
export type Functions = ReadonlyMap<string, FunctionProto>;

export const functionsOf = (model: ModelProto): Functions =>
  new Map(model.functions.map((body) => [keyOf(body.domain, body.name, body.overload), body]));

/** The function that a node calls. */
export const calledBy = (functions: Functions, node: NodeProto): FunctionProto | undefined =>
  functions.size === 0 ? undefined : functions.get(keyOf(node.domain, node.opType, node.overload));

const keyOf = (domain = '', name = '', overload = ''): string =>
  `${domain === 'ai.onnx' ? '' : domain}:${name}:${overload}`;

/**
 * A function with a call's attributes in the place of those its nodes refer to (onnx.proto,
 * `ref_attr_name`); an attribute that neither the call nor the function gives is left out.
 */
export function instantiate(body: FunctionProto, call: NodeProto): FunctionProto {
  const values = new Map<string, AttributeProto>();
  for (const value of [...body.attributeProto, ...call.attribute])
    values.set(value.name ?? '', value);
  return edit(body, { node: mapList(body.node, (node) => bindNode(node, values)) });
}

function bindNode(node: NodeProto, values: ReadonlyMap<string, AttributeProto>): NodeProto {
  const bound = mapList(node.attribute, (entry) => bindAttribute(entry, values));
  const attribute = bound.filter((entry) => !entry.refAttrName);
  return attribute.length === node.attribute.length && bound === node.attribute
    ? node
    : edit(node, { attribute });
}

function bindAttribute(
  entry: AttributeProto,
  values: ReadonlyMap<string, AttributeProto>,
): AttributeProto {
  if (entry.refAttrName) {
    const value = values.get(entry.refAttrName);
    return value ? edit(value, { name: entry.name }) : entry;
  }
  if (!entry.g) return entry;
  const node = mapList(entry.g.node, (inner) => bindNode(inner, values));
  return node === entry.g.node ? entry : edit(entry, { g: edit(entry.g, { node }) as GraphProto });
}
