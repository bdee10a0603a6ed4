import { fail } from '@selvedge/core/errors';
import type { TensorSpec } from '@selvedge/core/schema';
import { type Dim, isExpression } from '../shape/dimension.ts';
import { inferValues } from '../shape/infer.ts';
import { dataTypeName, dataTypes, isElementType } from '../tensor/data-type.ts';
import { elementCount } from '../tensor/values.ts';
import { edit, make } from '../wire/message.ts';
import type {
  DimensionProto,
  TensorShapeProto,
  TypeProto,
  ValueInfoProto,
} from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { operatorName } from './attribute.ts';
import { type ExternalReference, externalReferences } from './external.ts';
import { opsetVersion, storedTensors, walkNodes } from './walk.ts';

export interface ModelFacts {
  /** Operators, those in subgraphs and functions included. */
  readonly nodes: number;
  /** How many of each operator; `domain:Name` outside the default domain. Most frequent first. */
  readonly ops: Readonly<Record<string, number>>;
  /** Elements of all stored tensors. */
  readonly parameters: number;
  /** The same by their type. */
  readonly parametersOf: Readonly<Record<string, number>>;
  /** What a caller gives: graph inputs that no initializer fills. */
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Inputs and outputs of unknown rank, whose shape above is `[]` like a scalar's. */
  readonly unranked: readonly string[];
  /** Inputs and outputs that are no tensors of the fabric's types, with their ONNX type in words. */
  readonly others: readonly { name: string; direction: 'input' | 'output'; type: string }[];
  /** Version of the default domain's operators; 1 where the model imports none of them. */
  readonly opset: number;
  readonly opsets: Readonly<Record<string, number>>;
  readonly irVersion: number;
  readonly producer: string;
  readonly external: readonly ExternalReference[];
}

/**
 * What a model is, read off its graph; nothing is run.
 *
 * @throws SelvedgeError `bad-model` where an input or output has no name, or a tensor an
 * impossible shape.
 */
export function inspectModel(model: Model): ModelFacts {
  const ops = new Map<string, number>();
  let nodes = 0;
  for (const { node } of walkNodes(model)) {
    nodes++;
    const name = operatorName(node);
    ops.set(name, (ops.get(name) ?? 0) + 1);
  }
  let parameters = 0;
  const parametersOf: Record<string, number> = {};
  for (const tensor of storedTensors(model)) {
    const count = elementCount(tensor);
    const type = dataTypeName(tensor.dataType) ?? 'unknown';
    parameters += count;
    parametersOf[type] = (parametersOf[type] ?? 0) + count;
  }
  const { graph } = model;
  const stored = new Set(graph.initializer.map(({ name }) => name));
  for (const { values } of graph.sparseInitializer) stored.add(values?.name);
  const given = graph.input.filter(({ name }) => !stored.has(name));
  const outputs = shapedOutputs(model);
  return {
    nodes,
    ops: Object.fromEntries([...ops].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))),
    parameters,
    parametersOf,
    inputs: given.flatMap(tensorSpec),
    outputs: outputs.flatMap(tensorSpec),
    unranked: [...given, ...outputs].flatMap((info) =>
      info.type?.tensorType && !info.type.tensorType.shape ? [info.name ?? ''] : [],
    ),
    others: [...others(given, 'input'), ...others(outputs, 'output')],
    opset: opsetVersion(model) ?? 1,
    opsets: Object.fromEntries(
      model.opsetImport.map(({ domain, version }) => [domain ?? '', Number(version ?? 1)]),
    ),
    irVersion: Number(model.irVersion),
    producer: [model.producerName, model.producerVersion].filter(Boolean).join(' '),
    external: externalReferences(model),
  };
}

/** Outputs, with inferred types and shapes for those that declare none. */
function shapedOutputs(model: Model): readonly ValueInfoProto[] {
  const { graph } = model;
  if (graph.output.every(({ type }) => type && (!type.tensorType || type.tensorType.shape)))
    return graph.output;
  const inference = inferValues(model, { general: true });
  return graph.output.map((info) => {
    const { type, symbolic } = inference.of(graph, info.name ?? '');
    const elemType = info.type?.tensorType?.elemType ?? (type && dataTypes[type]);
    if (info.type?.tensorType?.shape || (info.type && !info.type.tensorType) || !elemType)
      return info;
    const dim = symbolic?.map((size) => make('DimensionProto', sizeFields(size)));
    const shape = dim && { shape: make('TensorShapeProto', { dim }) };
    const tensorType = make('TensorTypeProto', { elemType, ...shape });
    return edit(info, { type: make('TypeProto', { tensorType }) });
  });
}

/** A number, the name of an input's free size, or neither. */
function sizeFields(size: Dim): Partial<DimensionProto> {
  if (typeof size === 'number') return { dimValue: size };
  const isName = isExpression(size) && /^[\w-]+$/.test(size.text);
  return isName ? { dimParam: size.text } : {};
}

function tensorSpec(info: ValueInfoProto): TensorSpec[] {
  if (!info.name)
    fail('bad-model', 'a graph input or output has no name', { hint: 'export the model again' });
  const type = dataTypeName(info.type?.tensorType?.elemType);
  if (!isElementType(type)) return [];
  return [{ name: info.name, type, shape: dimensions(info.type?.tensorType?.shape) }];
}

/** Sizes, symbolic names, or `null` for a dimension without either. No shape at all gives `[]`. */
function dimensions(shape: TensorShapeProto | undefined): TensorSpec['shape'] {
  return (shape?.dim ?? []).map(({ dimValue, dimParam }) => {
    if (dimValue !== undefined) return Number(dimValue) < 0 ? null : Number(dimValue);
    return dimParam || null;
  });
}

function others(
  values: readonly ValueInfoProto[],
  direction: 'input' | 'output',
): ModelFacts['others'] {
  return values
    .filter((info) => tensorSpec(info).length === 0)
    .map(({ name, type }) => ({ name: name!, direction, type: typeInWords(type) }));
}

function typeInWords(type: TypeProto | undefined): string {
  if (type?.tensorType) return `tensor(${dataTypeName(type.tensorType.elemType) ?? 'unknown'})`;
  if (type?.sparseTensorType)
    return `sparse_tensor(${dataTypeName(type.sparseTensorType.elemType) ?? 'unknown'})`;
  if (type?.sequenceType) return `sequence(${typeInWords(type.sequenceType.elemType)})`;
  if (type?.optionalType) return `optional(${typeInWords(type.optionalType.elemType)})`;
  if (type?.mapType) {
    return `map(${dataTypeName(type.mapType.keyType) ?? 'unknown'}, ${typeInWords(type.mapType.valueType)})`;
  }
  return type?.opaqueType ? 'opaque' : 'undeclared';
}
