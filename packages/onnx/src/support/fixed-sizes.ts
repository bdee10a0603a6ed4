import { inferValues } from '../shape/infer.ts';
import { edit } from '../wire/message.ts';
import type {
  DimensionProto,
  FunctionProto,
  GraphProto,
  TypeProto,
  ValueInfoProto,
} from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';

/** The sizes of a value that are the same in every run, null where one is not; absent without a rank. */
export type FixedSizes = (graph: GraphProto | FunctionProto, name: string) => Shape;

/**
 * Finds the sizes that a compiler knows before the model runs: those that come out the same
 * whatever the free dimensions of the inputs are. What depends on the elements of a value
 * (NonZero) is not fixed.
 *
 * @param dimensions free dimensions that a session fixes, by name
 */
export function fixedSizes(
  model: Model,
  dimensions: Readonly<Record<string, number>> = {},
): FixedSizes {
  const stored = new Set(model.graph.initializer.map(({ name }) => name));
  const given = model.graph.input.filter(({ name }) => !stored.has(name));
  const first = inferred(model, dimensions, sizes[0]);
  if (!given.some((info) => freeDims(info, dimensions).length > 0)) return first;
  const second = inferred(model, dimensions, sizes[1]);
  return (graph, name) => {
    const [a, b] = [first(graph, name), second(graph, name)];
    if (!a || a.length !== b?.length) return undefined;
    return a.map((size, at) => (size === b[at] ? size : null));
  };
}

/** Two sizes that strides divide and that no stored shape is likely to have by chance. */
const sizes = [352, 608] as const;

export type Shape = readonly (number | null)[] | undefined;

/** Shapes as they are when every free dimension has one size. */
function inferred(
  model: Model,
  dimensions: Readonly<Record<string, number>>,
  size: number,
): (graph: GraphProto | FunctionProto, name: string) => Shape {
  const input = model.graph.input.map((info) => bindFree(info, dimensions, size));
  const bound = edit(model, { graph: edit(model.graph, { input }) });
  const inference = inferValues(bound, { dimensions });
  return (graph, name) => inference.of(graph === model.graph ? bound.graph : graph, name).shape;
}

const freeDims = (
  { type }: ValueInfoProto,
  dimensions: Readonly<Record<string, number>>,
): DimensionProto[] =>
  (type?.tensorType?.shape?.dim ?? []).filter(
    ({ dimValue, dimParam }) =>
      !(dimValue !== undefined && Number(dimValue) >= 0) &&
      !(dimParam !== undefined && Object.hasOwn(dimensions, dimParam)),
  );

function bindFree(
  info: ValueInfoProto,
  dimensions: Readonly<Record<string, number>>,
  size: number,
): ValueInfoProto {
  const free = new Set(freeDims(info, dimensions));
  const tensorType = info.type?.tensorType;
  if (free.size === 0 || !tensorType?.shape) return info;
  const dim = tensorType.shape.dim.map((one) =>
    free.has(one) ? edit(one, { dimValue: size, dimParam: undefined }) : one,
  );
  const shape = edit(tensorType.shape, { dim });
  return edit(info, {
    type: edit(info.type as TypeProto, { tensorType: edit(tensorType, { shape }) }),
  });
}
