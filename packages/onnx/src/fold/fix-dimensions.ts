import { fail } from '@selvedge/core/errors';
import { mapGraphs, mapList } from '../graph/map-graphs.ts';
import { type PassResult, Report, skipped } from '../pass/report.ts';
import { type Inference, inferValues } from '../shape/infer.ts';
import { edit, make } from '../wire/message.ts';
import type {
  DimensionProto,
  GraphProto,
  TensorTypeProto,
  TypeProto,
  ValueInfoProto,
} from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { foldConstants } from './fold-constants.ts';

/** A size of an input that a caller chooses. */
export interface FreeDimension {
  /** The name that the model gives it, or `input[axis]`. */
  readonly name: string;
  /** Where it stands: `input[axis]`, each. */
  readonly places: readonly string[];
}

/** The sizes that a model leaves to its caller, in the order of its inputs. */
export function freeDimensions(model: Model): FreeDimension[] {
  const places = new Map<string, string[]>();
  for (const { input, axis, size } of inputSizes(model)) {
    if (isFixed(size)) continue;
    const place = `${input}[${axis}]`;
    const name = size.dimParam || place;
    const found = places.get(name);
    if (found) found.push(place);
    else places.set(name, [place]);
  }
  return [...places].map(([name, all]) => ({ name, places: all }));
}

/**
 * Fixes free sizes of a model's inputs, wherever they stand in it, then folds what follows from
 * them and declares the shapes that are then known: providers such as QNN and WebNN take static
 * shapes only. For inputs of these sizes the result gives what the model gives; it takes no others.
 *
 * @param sizes by the name of {@link freeDimensions}; every other stays free.
 * @throws SelvedgeError `usage` for a name that the model does not have, a size that is no whole
 * number above 0.
 */
export function fixDimensions(model: Model, sizes: Readonly<Record<string, number>>): PassResult {
  const free = freeDimensions(model);
  check(model, sizes, free);
  if (Object.keys(sizes).length === 0) return skipped(model, 'no dimension was given');
  const fixed = mapGraphs(model, (graph) => fixGraph(graph, sizes));
  const whole = edit(fixed, { graph: fixInputs(fixed.graph, sizes) });
  const folded = foldConstants(whole).model;
  const declared = declareShapes(folded);
  const report = new Report();
  for (const input of declared.graph.input) {
    const before = model.graph.input.find(({ name }) => name === input.name);
    if (before !== input) report.changed.push({ node: input.name ?? '', op: 'input' });
  }
  return report.finish(model, declared, 'no input has these dimensions', () => false);
}

function check(
  model: Model,
  sizes: Readonly<Record<string, number>>,
  free: readonly FreeDimension[],
): void {
  const known = free.flatMap(({ name, places }) => [name, ...places]);
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(size) || size < 1) {
      fail('usage', `dimension ${name} cannot be ${size}: expected a whole number above 0`, {
        hint: `say ${name}=1 for one sample`,
        details: { dimension: name },
      });
    }
    if (known.includes(name)) continue;
    const names = free.map((one) => one.name).join(', ');
    fail('usage', `${model.graph.name || 'the model'} has no free dimension ${name}`, {
      hint: names ? `its free dimensions are ${names}` : 'all of its dimensions are fixed',
      details: { dimension: name },
    });
  }
}

function* inputSizes({ graph }: Model) {
  const stored = new Set(graph.initializer.map(({ name }) => name));
  for (const { name = '', type } of graph.input) {
    if (stored.has(name)) continue;
    for (const [axis, size] of (type?.tensorType?.shape?.dim ?? []).entries())
      yield { input: name, axis, size };
  }
}

const isFixed = ({ dimValue }: DimensionProto): boolean =>
  dimValue !== undefined && Number(dimValue) >= 0;

/** Names in every declared type of a graph. */
function fixGraph(graph: GraphProto, sizes: Readonly<Record<string, number>>): GraphProto {
  const fix = (info: ValueInfoProto) => fixInfo(info, ({ dimParam }) => sizeNamed(sizes, dimParam));
  const input = mapList(graph.input, fix);
  const output = mapList(graph.output, fix);
  const valueInfo = mapList(graph.valueInfo, fix);
  const isSame = input === graph.input && output === graph.output && valueInfo === graph.valueInfo;
  return isSame ? graph : edit(graph, { input, output, valueInfo });
}

/** Sizes by place: those that have no name, or one of several that share one. */
function fixInputs(graph: GraphProto, sizes: Readonly<Record<string, number>>): GraphProto {
  const input = mapList(graph.input, (info) =>
    fixInfo(info, (size, axis) =>
      isFixed(size) ? undefined : sizeNamed(sizes, `${info.name}[${axis}]`),
    ),
  );
  return input === graph.input ? graph : edit(graph, { input });
}

/** Names come from models: `constructor` is one like any other. */
const sizeNamed = (
  sizes: Readonly<Record<string, number>>,
  name: string | undefined,
): number | undefined => (name && Object.hasOwn(sizes, name) ? sizes[name] : undefined);

type SizeOf = (size: DimensionProto, axis: number) => number | undefined;

function fixInfo(info: ValueInfoProto, sizeOf: SizeOf): ValueInfoProto {
  const tensorType = info.type?.tensorType;
  const fixed = tensorType && fixType(tensorType, sizeOf);
  if (!fixed || fixed === tensorType) return info;
  return edit(info, { type: edit(info.type as TypeProto, { tensorType: fixed }) });
}

function fixType(type: TensorTypeProto, sizeOf: SizeOf): TensorTypeProto {
  if (!type.shape) return type;
  let axis = 0;
  const dim = mapList(type.shape.dim, (size) => {
    const fixed = sizeOf(size, axis++);
    return fixed === undefined ? size : edit(size, { dimValue: fixed, dimParam: undefined });
  });
  return dim === type.shape.dim ? type : edit(type, { shape: edit(type.shape, { dim }) });
}

/**
 * A model whose declared types of outputs and inner values say the sizes that are known now.
 */
function declareShapes(model: Model): Model {
  const inference = inferValues(model, { general: true });
  const declare = (info: ValueInfoProto) => declareInfo(info, inference, model.graph);
  const output = mapList(model.graph.output, declare);
  const valueInfo = mapList(model.graph.valueInfo, declare);
  if (output === model.graph.output && valueInfo === model.graph.valueInfo) return model;
  return edit(model, { graph: edit(model.graph, { output, valueInfo }) });
}

function declareInfo(
  info: ValueInfoProto,
  inference: Inference,
  graph: GraphProto,
): ValueInfoProto {
  const { shape } = inference.of(graph, info.name ?? '');
  const tensorType = info.type?.tensorType;
  if (!shape || !tensorType) return info;
  if (tensorType.shape?.dim.length === shape.length)
    return fixInfo(info, (size, axis) => {
      const known = shape[axis];
      return typeof known === 'number' && Number(size.dimValue ?? -1) !== known ? known : undefined;
    });
  const dim = shape.map((size) => make('DimensionProto', size === null ? {} : { dimValue: size }));
  const declared = edit(tensorType, { shape: make('TensorShapeProto', { dim }) });
  return edit(info, { type: edit(info.type as TypeProto, { tensorType: declared }) });
}
