import { dataTypeName } from '../tensor/data-type.ts';
import type { DimensionProto, TensorShapeProto, TypeProto } from '../wire/messages.ts';
import { type Dim, numberOf } from './dimension.ts';
import type { Facts } from './facts.ts';

/** What a model declares of a value; sizes without a number are read by `dim`. */
export function declaredFacts(
  type: TypeProto | undefined,
  dim: (size: DimensionProto, axis: number) => Dim,
): Facts {
  const tensor = type?.tensorType ?? type?.sparseTensorType;
  const element = type?.sequenceType?.elemType;
  const held = type?.optionalType?.elemType;
  if (element) return { sequence: declaredFacts(element, dim) };
  if (held) return { optional: declaredFacts(held, dim) };
  return { type: dataTypeName(tensor?.elemType), shape: declaredShape(tensor?.shape, dim) };
}

const declaredShape = (
  shape: TensorShapeProto | undefined,
  dim: (size: DimensionProto, axis: number) => Dim,
): readonly Dim[] | undefined =>
  shape?.dim.map((size, axis) => declaredSize(size) ?? dim(size, axis));

/** The number a dimension says, if it says one. */
export const declaredSize = ({ dimValue }: DimensionProto): number | null => {
  const size = dimValue === undefined ? -1 : Number(dimValue);
  return numberOf(size >= 0 ? size : null);
};

/** What was inferred, completed by what was declared. */
export function completed(inferred: Facts, declared: Facts): Facts {
  const shape =
    inferred.shape?.map((size, at) => size ?? declared.shape?.[at] ?? null) ?? declared.shape;
  return {
    type: inferred.type ?? declared.type,
    shape,
    elements: inferred.elements,
    sequence: inferred.sequence ?? declared.sequence,
    optional: inferred.optional ?? declared.optional,
  };
}
