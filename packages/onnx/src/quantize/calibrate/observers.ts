import { countOf } from '../../shape/facts.ts';
import { inferValues } from '../../shape/infer.ts';
import type { Model } from '../../wire/model.ts';
import type { MomentRequest } from '../moments/index.ts';
import type { MeanRequest } from './channel-means.ts';
import { countedPerTensor } from './histogram.ts';
import { ObserverGraph } from './observer-graph.ts';
import { type RowObserver, rowObserver } from './row-observers.ts';

/** The outputs of a model with observers that tell of one value. */
export interface ValueObserver {
  readonly value: string;
  /** All elements, or those that a histogram counts, spread evenly; absent where none are wanted. */
  readonly elements?: string;
  /** Where `elements` are absent or not all: its smallest and largest element. */
  readonly ends?: { readonly min: string; readonly max: string };
  /** Its mean per channel, where that was asked for and `elements` are not all. */
  readonly mean?: string;
}

/** What calibration wants to see. All values are of the main graph. */
export interface Observation {
  /** Values whose elements are wanted. */
  readonly values: readonly string[];
  /** Values whose mean per channel is wanted. */
  readonly means: readonly MeanRequest[];
  /** Layers of which input rows are wanted, and how many of one run. */
  readonly moments: readonly MomentRequest[];
  readonly rows: (request: MomentRequest) => number;
  /**
   * Elements of a value that are wanted of one run; its ends are always found, and a value of so
   * few elements is given out whole. Default {@link countedPerTensor}.
   */
  readonly elements?: number;
}

/** A model with observers, and which of its outputs tells what. */
export interface ObservedModel {
  readonly model: Model;
  readonly values: readonly ValueObserver[];
  readonly rows: readonly RowObserver[];
}

/**
 * The model with outputs for calibration. A large value is not given out whole: the engine finds its
 * ends, its means and an even choice of its elements itself, in a few nodes behind it, so that what
 * leaves the engine is small however large an image is. Inputs of the model are the caller's.
 */
export function addObservers(model: Model, observation: Observation): ObservedModel {
  const { graph } = model;
  const inference = inferValues(model);
  const given = new Set(graph.input.map(({ name }) => name));
  const writing = new ObserverGraph(model);
  const { elements: wanted = countedPerTensor } = observation;
  const axes = new Map(observation.means.map(({ value, axis }) => [value, axis]));
  const values: ValueObserver[] = [];
  for (const value of new Set([...observation.values, ...axes.keys()])) {
    if (given.has(value)) continue;
    writing.look(value);
    const count = countOf(inference.of(graph, value).shape);
    const isSmall = count !== undefined && count <= Math.max(wanted, smallest);
    values.push(
      isSmall
        ? { value, elements: writing.show(value) }
        : digest(writing, value, { wanted, count, axis: axes.get(value) }),
    );
  }
  const rows = observation.moments.map((request) => {
    writing.look(request.value);
    const { shape } = inference.of(graph, request.value);
    return rowObserver(writing, request, shape, observation.rows(request));
  });
  return { model: writing.finish(), values, rows };
}

/** Up to here copying a value out costs less than the nodes that would look at it. */
const smallest = 4096;

interface Wanted {
  readonly wanted: number;
  /** Of all elements, where it is known. */
  readonly count: number | undefined;
  readonly axis: number | undefined;
}

/** The ends, means and evenly chosen elements of a value of any size. */
function digest(
  graph: ObserverGraph,
  value: string,
  { wanted, count, axis }: Wanted,
): ValueObserver {
  const elements = wanted === 0 ? {} : { elements: chosen(graph, value, wanted, count) };
  const min = graph.show(graph.node('ReduceMin', [value], { keepdims: 0 }));
  const max = graph.show(graph.node('ReduceMax', [value], { keepdims: 0 }));
  const mean = axis === undefined ? {} : { mean: graph.show(meanOf(graph, value, axis)) };
  return { value, ...elements, ends: { min, max }, ...mean };
}

function chosen(
  graph: ObserverGraph,
  value: string,
  wanted: number,
  count: number | undefined,
): string {
  const flat = graph.node('Reshape', [value, graph.integers(-1)]);
  const step =
    count === undefined ? stepOf(graph, value, wanted) : graph.integers(odd(count, wanted));
  const inputs = [flat, graph.integers(0), graph.integers(2 ** 53), graph.integers(0), step];
  return graph.show(graph.node('Slice', inputs));
}

/** An odd step does not walk along a column of an image. */
const odd = (count: number, wanted: number): number => Math.floor(count / (2 * wanted)) * 2 + 1;

/** The same, of a size that is known when the model runs. */
function stepOf(graph: ObserverGraph, value: string, wanted: number): string {
  const size = graph.node('Size', [value]);
  const halves = graph.node('Div', [size, graph.integers(2 * wanted)]);
  const even = graph.node('Mul', [halves, graph.integers(2)]);
  return graph.node('Add', [even, graph.integers(1)]);
}

/** Over batch and space for channels at axis 1, over all before the last for those at the end. */
function meanOf(graph: ObserverGraph, value: string, axis: number): string {
  const isLast = axis === -1;
  const rows = isLast ? value : graph.node('Reshape', [value, graph.integers(0, 0, -1)]);
  const axes = isLast ? [0] : [0, 2];
  // Since opset 18 axes are an input.
  if (graph.opset < 18) return graph.node('ReduceMean', [rows], { axes, keepdims: 0 });
  return graph.node('ReduceMean', [rows, graph.integers(...axes)], { keepdims: 0 });
}
