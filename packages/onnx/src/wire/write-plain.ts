import type { AttributeProto, NodeProto, TensorProto } from './messages.ts';
import { type Schema, schemas } from './schema.ts';
import type { Sink } from './sink.ts';

/** The general encoder: a field's messages of any form. */
export type EncodeMany = (
  sink: Sink,
  schema: Schema,
  field: number,
  values: readonly object[],
) => void;

/**
 * Writes a node, attribute or tensor of the fields that such messages usually have, in the
 * canonical form. Graphs consist of them, and with every property at its place in the source this
 * takes half the time of the general encoder, which writes any other. From the end to the
 * beginning, as the sink goes.
 *
 * @returns whether it was written.
 */
export function writePlain(
  sink: Sink,
  schema: Schema,
  message: object,
  encodeMany: EncodeMany,
): boolean {
  if (schema === schemas.NodeProto) return writeNode(sink, message as NodeProto, encodeMany);
  if (schema === schemas.AttributeProto) return writeAttribute(sink, message as AttributeProto);
  return schema === schemas.TensorProto && writeTensor(sink, message as TensorProto);
}

/** Fields 9 to 1. */
function writeNode(sink: Sink, node: NodeProto, encodeMany: EncodeMany): boolean {
  if (node.unknownFields || node.deviceConfigurations.length > 0) return false;
  encodeMany(sink, schemas.StringStringEntryProto, 9, node.metadataProps);
  writeText(sink, 8, node.overload);
  writeText(sink, 7, node.domain);
  writeText(sink, 6, node.docString);
  encodeMany(sink, schemas.AttributeProto, 5, node.attribute);
  writeText(sink, 4, node.opType);
  writeText(sink, 3, node.name);
  writeTexts(sink, 2, node.output);
  writeTexts(sink, 1, node.input);
  return true;
}

/** One that holds a number, a text or a list of whole numbers: fields 20, 8, 4, 3, 2, 1. */
function writeAttribute(sink: Sink, attribute: AttributeProto): boolean {
  if (isRare(attribute)) return false;
  const { type, ints, s, i, f } = attribute;
  if (type !== undefined) {
    sink.int64(type);
    sink.uint(20 << 3);
  }
  for (let at = ints.length; at-- > 0; ) {
    sink.int64(ints[at]!);
    sink.uint(8 << 3);
  }
  writeBytes(sink, 4, s);
  if (i !== undefined) {
    sink.int64(i);
    sink.uint(3 << 3);
  }
  if (f !== undefined) {
    sink.float(f);
    sink.uint((2 << 3) | 5);
  }
  writeText(sink, 1, attribute.name);
  return true;
}

const isRare = (attribute: AttributeProto): boolean =>
  attribute.t !== undefined ||
  attribute.g !== undefined ||
  attribute.tp !== undefined ||
  attribute.sparseTensor !== undefined ||
  attribute.docString !== undefined ||
  attribute.refAttrName !== undefined ||
  attribute.unknownFields !== undefined ||
  attribute.floats.length > 0 ||
  attribute.strings.length > 0 ||
  attribute.tensors.length > 0 ||
  attribute.graphs.length > 0 ||
  attribute.sparseTensors.length > 0 ||
  attribute.typeProtos.length > 0;

/** One whose elements are in `raw_data`: fields 9, 8, 2, 1. */
function writeTensor(sink: Sink, tensor: TensorProto): boolean {
  // Read once: what is read of a store is read anew each time.
  const rawData = hasOtherData(tensor) ? undefined : tensor.rawData;
  if (rawData === undefined) return false;
  writeBytes(sink, 9, rawData);
  writeText(sink, 8, tensor.name);
  const { dataType, dims } = tensor;
  if (dataType !== undefined) {
    sink.int64(dataType);
    sink.uint(2 << 3);
  }
  for (let at = dims.length; at-- > 0; ) {
    sink.int64(dims[at]!);
    sink.uint(1 << 3);
  }
  return true;
}

const hasOtherData = (tensor: TensorProto): boolean =>
  tensor.floatData !== undefined ||
  tensor.int32Data !== undefined ||
  tensor.int64Data !== undefined ||
  tensor.doubleData !== undefined ||
  tensor.uint64Data !== undefined ||
  tensor.segment !== undefined ||
  tensor.docString !== undefined ||
  tensor.dataLocation !== undefined ||
  tensor.unknownFields !== undefined ||
  tensor.stringData.length > 0 ||
  tensor.externalData.length > 0 ||
  tensor.metadataProps.length > 0;

function writeText(sink: Sink, field: number, text: string | undefined): void {
  if (text === undefined) return;
  sink.text(text);
  sink.uint((field << 3) | 2);
}

function writeTexts(sink: Sink, field: number, texts: readonly string[]): void {
  for (let at = texts.length; at-- > 0; ) writeText(sink, field, texts[at]);
}

function writeBytes(sink: Sink, field: number, bytes: Uint8Array | undefined): void {
  if (bytes === undefined) return;
  sink.raw(bytes);
  sink.uint(bytes.length);
  sink.uint((field << 3) | 2);
}
