import { countOf, isKnown, type Shape } from '../../shape/facts.ts';
import type { ConvWindow, MomentRequest } from '../moments/requests.ts';
import type { ObserverGraph } from './observer-graph.ts';

/** An output that holds rows of what a layer multiplies its weights with. */
export interface RowObserver {
  readonly output: string;
  /** How a moment collector reads them: as they stand, or out of the layer's whole input. */
  readonly request: MomentRequest;
}

/**
 * Shows about `rows` of a layer's input rows. Of a convolution these are its patches: a convolution
 * of each channel with its kernel's taps, one at a time, and wider strides lays them out.
 * Where the input's size is not known beforehand, all of it is shown.
 */
export function rowObserver(
  graph: ObserverGraph,
  request: MomentRequest,
  shape: Shape | undefined,
  rows: number,
): RowObserver {
  const { value, window, size } = request;
  if (!shape || !isKnown(shape)) return { output: graph.show(value), request };
  const shown = window
    ? patches(graph, request, window, shape, rows)
    : lines(graph, value, size, (countOf(shape) ?? 0) / size, rows);
  const { layer } = request;
  return { output: graph.show(shown), request: { layer, value: shown, size } };
}

function lines(
  graph: ObserverGraph,
  value: string,
  size: number,
  count: number,
  rows: number,
): string {
  const step = Math.max(1, Math.floor(count / rows));
  const flat = graph.node('Reshape', [value, graph.integers(-1, size)]);
  const ends = [graph.integers(0), graph.integers(2 ** 53), graph.integers(0)];
  return graph.node('Slice', [flat, ...ends, graph.integers(step)]);
}

function patches(
  graph: ObserverGraph,
  { value, size }: MomentRequest,
  { kernel, strides, dilations, pads }: ConvWindow,
  shape: readonly number[],
  rows: number,
): string {
  const positions = shape.slice(2).map((side, axis) => side / strides[axis]!);
  const wider = spread(positions, rows);
  const channels = shape[1]!;
  const taps = size / channels;
  const identities = graph.constant(`identities ${channels} ${kernel}`, [size, 1, ...kernel], () =>
    Float32Array.from({ length: size * taps }, (_, at) =>
      Number((at % taps ** 2) % (taps + 1) === 0),
    ),
  );
  const laid = graph.node('Conv', [value, identities], {
    group: channels,
    kernel_shape: kernel,
    dilations,
    strides: strides.map((stride, axis) => stride * wider[axis]!),
    ...(typeof pads === 'string'
      ? { auto_pad: pads === 'same-end' ? 'SAME_UPPER' : 'SAME_LOWER' }
      : { pads }),
  });
  const columns = graph.node('Reshape', [laid, graph.integers(0, size, -1)]);
  return graph.node('Transpose', [columns], { perm: [0, 2, 1] });
}

/** Steps along each axis with which about `rows` positions are met, as many along one as along another. */
function spread(positions: readonly number[], rows: number): number[] {
  let left = rows;
  return positions.map((count, axis) => {
    const wanted = Math.ceil(left ** (1 / (positions.length - axis)));
    const step = Math.max(1, Math.ceil(count / wanted));
    left = Math.max(1, left / Math.ceil(count / step));
    return step;
  });
}
