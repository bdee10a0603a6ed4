import type { AttributeProto, GraphProto, NodeProto, TensorProto } from '../wire/messages.ts';

/** A node's attribute by name. */
export const attribute = (node: NodeProto, name: string): AttributeProto | undefined =>
  node.attribute.find((candidate) => candidate.name === name);

/** An INT attribute as a number. */
export function intAttribute(node: NodeProto, name: string): number | undefined;
export function intAttribute(node: NodeProto, name: string, otherwise: number): number;
export function intAttribute(
  node: NodeProto,
  name: string,
  otherwise?: number,
): number | undefined {
  const value = attribute(node, name)?.i;
  return value === undefined ? otherwise : Number(value);
}

/** An INTS attribute as numbers; absent where the attribute is. */
export const intsAttribute = (node: NodeProto, name: string): number[] | undefined =>
  attribute(node, name)?.ints.map(Number);

export const floatAttribute = (node: NodeProto, name: string, otherwise: number): number =>
  attribute(node, name)?.f ?? otherwise;

export function textAttribute(node: NodeProto, name: string, otherwise: string): string {
  const bytes = attribute(node, name)?.s;
  return bytes ? new TextDecoder().decode(bytes) : otherwise;
}

export const tensorAttribute = (node: NodeProto, name: string): TensorProto | undefined =>
  attribute(node, name)?.t;

/** The graphs in a node's attributes: branches of an If, the body of a Loop or Scan. */
export function subgraphs(node: NodeProto): GraphProto[] {
  return node.attribute.flatMap((candidate) =>
    candidate.g ? [candidate.g, ...candidate.graphs] : [...candidate.graphs],
  );
}

/** `Conv`, or `com.microsoft:Attention` outside the default domain (`ai.onnx` is an alias of it). */
export const operatorName = (node: NodeProto): string =>
  isDefaultDomain(node.domain) ? (node.opType ?? '') : `${node.domain}:${node.opType ?? ''}`;

export const isDefaultDomain = (domain: string | undefined): boolean =>
  domain === undefined || domain === '' || domain === 'ai.onnx';
