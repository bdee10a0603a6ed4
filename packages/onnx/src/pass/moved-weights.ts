import { intAttribute, intsAttribute, isDefaultDomain } from '../graph/attribute.ts';
import type { Scope } from '../graph/walk.ts';
import { sliceIndices } from '../shape/selection-rules.ts';
import { dataTypes } from '../tensor/data-type.ts';
import { floatValues, integerValues, tensorShape } from '../tensor/values.ts';
import type { FunctionProto, GraphProto, NodeProto } from '../wire/messages.ts';
import { findConstant } from './constants.ts';

/** Stored weights after operators that move elements and compute none. */
export interface MovedWeights {
  readonly dims: readonly number[];
  /** Names of the stored tensors that the elements come from. */
  readonly sources: readonly string[];
  /** The same for the same elements in the same order. */
  readonly key: string;
  /** A fresh array. */
  values(): Float32Array;
}

/**
 * Follows a value back through Transpose, Slice, Concat, Unsqueeze, Squeeze, Reshape, Flatten and
 * Identity to stored float32 tensors, as exporters rearrange the gates of recurrent weights.
 * `undefined` where something on the way is computed, may be set by a caller, or is not float32.
 */
export function moveWeights(scope: Scope, name: string): MovedWeights | undefined {
  const constant = findConstant(scope, name);
  if (constant) return 'tensor' in constant ? stored(constant.tensor, name) : undefined;
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    const node = producerIn(at.graph, name);
    if (node) return moved(node, name, at);
  }
  return undefined;
}

const results = new WeakMap<GraphProto | FunctionProto, Map<string, MovedWeights | undefined>>();

/** Each value once: a damaged model may read in a circle. */
function moved(node: NodeProto, name: string, scope: Scope): MovedWeights | undefined {
  let known = results.get(scope.graph);
  if (!known) {
    known = new Map();
    results.set(scope.graph, known);
  }
  if (!known.has(name)) {
    known.set(name, undefined);
    const result = isMove(node) ? moves[node.opType!]!(node, scope) : undefined;
    known.set(name, result && result.key.length <= longestKey ? result : undefined);
  }
  return known.get(name);
}

/** No exporter moves weights in so many steps; a hostile one may double them in each. */
const longestKey = 4096;

function stored(tensor: Parameters<typeof floatValues>[0], name: string): MovedWeights | undefined {
  if (tensor.dataType !== dataTypes.float32) return undefined;
  const dims = tensorShape(tensor);
  return { dims, sources: [name], key: `${name}[${dims}]`, values: () => floatValues(tensor) };
}

const producers = new WeakMap<GraphProto | FunctionProto, Map<string, NodeProto>>();

function producerIn(graph: GraphProto | FunctionProto, name: string): NodeProto | undefined {
  let found = producers.get(graph);
  if (!found) {
    found = new Map(graph.node.flatMap((node) => node.output.map((output) => [output, node])));
    producers.set(graph, found);
  }
  return found.get(name);
}

type Move = (node: NodeProto, scope: Scope) => MovedWeights | undefined;

const moves: Readonly<Record<string, Move>> = {
  Identity: (node, scope) => moveWeights(scope, node.input[0] ?? ''),
  Reshape: (node, scope) => {
    const wanted = integersOf(node, scope, 'shape', 1);
    return relabelled(node, scope, ({ dims }) => wanted && reshapedTo(dims, wanted));
  },
  Flatten: (node, scope) =>
    relabelled(node, scope, ({ dims }) => {
      const axis = intAttribute(node, 'axis', 1);
      const lead = sizeOf(dims.slice(0, axis));
      return [lead, sizeOf(dims) / lead];
    }),
  Unsqueeze: (node, scope) =>
    relabelled(node, scope, ({ dims }) => {
      const axes = integersOf(node, scope, 'axes', 1);
      const rank = dims.length + (axes?.length ?? 0);
      const added = new Set(axes?.map((axis) => (axis < 0 ? axis + rank : axis)));
      const rest = [...dims];
      return axes && Array.from({ length: rank }, (_, at) => (added.has(at) ? 1 : rest.shift()!));
    }),
  Squeeze: (node, scope) =>
    relabelled(node, scope, ({ dims }) => {
      const axes = integersOf(node, scope, 'axes', 1);
      const gone = new Set(axes?.map((axis) => (axis < 0 ? axis + dims.length : axis)));
      return dims.filter((size, at) => (axes ? !gone.has(at) : size !== 1));
    }),
  Transpose: transposedBy,
  Slice: sliced,
  Concat: concatenated,
};

/** Whether a node only moves elements of what it reads. */
export const isMove = (node: NodeProto): boolean =>
  isDefaultDomain(node.domain) && Object.hasOwn(moves, node.opType ?? '');

/** The same elements under other sizes. */
function relabelled(
  node: NodeProto,
  scope: Scope,
  dimsOf: (from: MovedWeights) => readonly number[] | undefined,
): MovedWeights | undefined {
  const from = moveWeights(scope, node.input[0] ?? '');
  const dims = from && dimsOf(from);
  if (!dims || sizeOf(dims) !== sizeOf(from.dims)) return undefined;
  return { ...from, dims, key: `${from.key}→[${dims}]` };
}

function reshapedTo(dims: readonly number[], wanted: readonly number[]): number[] {
  const kept = wanted.map((size, at) => (size === 0 ? (dims[at] ?? 0) : size));
  const rest = sizeOf(dims) / sizeOf(kept.filter((size) => size !== -1));
  return kept.map((size) => (size === -1 ? rest : size));
}

function transposedBy(node: NodeProto, scope: Scope): MovedWeights | undefined {
  const from = moveWeights(scope, node.input[0] ?? '');
  if (!from) return undefined;
  const order = intsAttribute(node, 'perm') ?? from.dims.map((_, at) => from.dims.length - 1 - at);
  const steps = stepsOf(from.dims);
  const dims = order.map((axis) => from.dims[axis]!);
  const turned = order.map((axis) => steps[axis]!);
  return {
    ...from,
    dims,
    key: `${from.key}ᵀ(${order})`,
    values: () => gather(from.values(), 0, dims, turned),
  };
}

function sliced(node: NodeProto, scope: Scope): MovedWeights | undefined {
  const from = moveWeights(scope, node.input[0] ?? '');
  const starts = integersOf(node, scope, 'starts', 1);
  const ends = integersOf(node, scope, 'ends', 2);
  const axes = integersOf(node, scope, 'axes', 3) ?? starts?.map((_, at) => at);
  const every = integersOf(node, scope, 'steps', 4) ?? starts?.map(() => 1);
  if (!from || !starts || !ends || !axes || !every) return undefined;
  if ([3, 4].some((at) => node.input[at] && !findConstant(scope, node.input[at]))) return undefined;
  const [dims, steps] = [[...from.dims], stepsOf(from.dims)];
  let first = 0;
  for (const [at, stated] of axes.entries()) {
    const axis = stated < 0 ? stated + dims.length : stated;
    const size = dims[axis];
    if (size === undefined || every[at] === 0) return undefined;
    const range = sliceIndices(size, starts[at]!, ends[at]!, every[at]!);
    first += range.first * steps[axis]!;
    steps[axis]! *= range.step;
    dims[axis] = range.count;
  }
  return {
    ...from,
    dims,
    key: `${from.key}@${first}(${steps})[${dims}]`,
    values: () => gather(from.values(), first, dims, steps),
  };
}

function concatenated(node: NodeProto, scope: Scope): MovedWeights | undefined {
  const parts = node.input.flatMap((name) => moveWeights(scope, name) ?? []);
  const stated = intAttribute(node, 'axis', 0);
  const [head] = parts;
  if (!head || parts.length !== node.input.length) return undefined;
  const axis = stated < 0 ? stated + head.dims.length : stated;
  const length = parts.reduce((sum, { dims }) => sum + (dims[axis] ?? 0), 0);
  const dims = head.dims.map((size, at) => (at === axis ? length : size));
  const lead = sizeOf(dims.slice(0, axis));
  return {
    dims,
    sources: parts.flatMap(({ sources }) => sources),
    key: `(${parts.map(({ key }) => key).join('+')})${axis}`,
    values() {
      const all = new Float32Array(sizeOf(dims));
      const row = all.length / lead;
      let at = 0;
      for (const part of parts) {
        const values = part.values();
        const width = values.length / lead;
        for (let line = 0; line < lead; line++)
          all.set(values.subarray(line * width, (line + 1) * width), line * row + at);
        at += width;
      }
      return all;
    },
  };
}

/** Integers from an attribute, as before opset 13, or from a stored input. */
function integersOf(
  node: NodeProto,
  scope: Scope,
  name: string,
  input: number,
): readonly number[] | undefined {
  const attribute = intsAttribute(node, name);
  if (attribute && attribute.length > 0) return attribute;
  const constant = node.input[input] ? findConstant(scope, node.input[input]) : undefined;
  return constant && 'tensor' in constant ? integerValues(constant.tensor) : undefined;
}

const sizeOf = (dims: readonly number[]): number =>
  dims.reduce((product, size) => product * size, 1);

/** How far apart neighbours along each axis stand. */
const stepsOf = (dims: readonly number[]): number[] =>
  dims.map((_, axis) => sizeOf(dims.slice(axis + 1)));

/** The elements at `first` + Σ place × step, row-major. */
function gather(
  values: Float32Array,
  first: number,
  dims: readonly number[],
  steps: readonly number[],
): Float32Array {
  const result = new Float32Array(sizeOf(dims));
  const place = dims.map(() => 0);
  let from = first;
  for (let at = 0; at < result.length; at++) {
    result[at] = values[from]!;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++place[axis]! < dims[axis]!) break;
      from -= steps[axis]! * dims[axis]!;
      place[axis] = 0;
    }
  }
  return result;
}
