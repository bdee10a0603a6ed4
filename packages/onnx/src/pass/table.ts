import { intAttribute, isDefaultDomain } from '../graph/attribute.ts';
import type { Scope } from '../graph/walk.ts';
import { dataTypes } from '../tensor/data-type.ts';
import { isAllFinite } from '../tensor/finite.ts';
import { elementCount, floatValues, tensorShape } from '../tensor/values.ts';
import type { NodeProto } from '../wire/messages.ts';
import { findConstant } from './constants.ts';

/** A stored table that a Gather takes rows from: an embedding. */
export interface Table {
  readonly node: NodeProto;
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  values(): Float32Array;
}

/** Reads a Gather as an embedding; a reason if it is one and stays; `undefined` if it is none. */
export function readTable(
  node: NodeProto,
  scope: Scope,
  minWeights: number,
): Table | string | undefined {
  if (node.opType !== 'Gather' || !isDefaultDomain(node.domain)) return undefined;
  const [name = '', indices] = node.input;
  const constant = findConstant(scope, name);
  if (!constant || !indices || !node.output[0]) return undefined;
  if ('reason' in constant) return constant.reason;
  const { tensor } = constant;
  const [rows = 0, columns = 0, ...more] = tensorShape(tensor);
  if (tensor.dataType !== dataTypes.float32 || intAttribute(node, 'axis', 0) !== 0)
    return undefined;
  if (more.length > 0 || elementCount(tensor) < minWeights) return undefined;
  const values = () => floatValues(tensor);
  if (!isAllFinite(tensor)) return `its table ${name} is not all finite`;
  return { node, name, rows, columns, values };
}
