/** Small models that the acceptance suite runs, made on the spot. */
import type { ElementType } from '@selvedge/core/schema';
import type { ModelBytes } from '@selvedge/infer/engine';
import {
  concat,
  graphBuilder,
  type Model,
  make,
  makeModel,
  makeNode,
  makeTensor,
  makeValueInfo,
  type Shape,
  writeModel,
} from '@selvedge/onnx';

const bytesOf = (name: string, model: Model): ModelBytes => ({
  name: `${name}.onnx`,
  model: concat(writeModel(model)),
});

/** `y = x`, for any element type and shape. */
export function identityModel(type: ElementType, shape: Shape): ModelBytes {
  const graph = graphBuilder('identity', { opset: 17 });
  graph.output(graph.node('Identity', [graph.input('x', type, shape)], {}, 'y'), type, shape);
  return bytesOf(`identity-${type}-${shape.length}d`, graph.build());
}

/** `sum = a + b` and `product = a · b` over float32 [batch, 3]: two of each, a shared free dimension. */
export function pairModel(): ModelBytes {
  const graph = graphBuilder('pair', { opset: 17 });
  const a = graph.input('a', 'float32', ['batch', 3]);
  const b = graph.input('b', 'float32', ['batch', 3]);
  graph.output(graph.node('Add', [a, b], {}, 'sum'), 'float32', ['batch', 3]);
  graph.output(graph.node('Mul', [a, b], {}, 'product'), 'float32', ['batch', 3]);
  return bytesOf('pair', graph.build());
}

/** `y = x + w` over float32 [4], with `w` in an external file. */
export function externalModel(weights: readonly [number, number, number, number]): ModelBytes {
  const entry = (key: string, value: string) => make('StringStringEntryProto', { key, value });
  const w = make('TensorProto', {
    name: 'w',
    dims: [4],
    dataType: 1,
    dataLocation: 1,
    externalData: [entry('location', 'weights.bin'), entry('offset', '0'), entry('length', '16')],
  });
  const graph = make('GraphProto', {
    name: 'external',
    node: [makeNode('Add', ['x', 'w'], ['y'])],
    initializer: [w],
    input: [makeValueInfo('x', 'float32', [4])],
    output: [makeValueInfo('y', 'float32', [4])],
  });
  const bytes = new Uint8Array(new Float32Array(weights).buffer);
  return {
    ...bytesOf('external', makeModel(graph, { opset: 17 })),
    external: { 'weights.bin': bytes },
  };
}

/** Reshapes `x` [n] to two rows: ONNX Runtime refuses an odd n while it runs. */
export function foldModel(): ModelBytes {
  const graph = graphBuilder('fold', { opset: 17 });
  const x = graph.input('x', 'float32', ['n']);
  const shape = graph.constant('shape', [2], new BigInt64Array([2n, -1n]));
  graph.output(graph.node('Reshape', [x, shape], {}, 'y'), 'float32', [2, null]);
  return bytesOf('fold', graph.build());
}

/** `count` = `trips`, counted up one by one: as long as one wishes, as good as for ever. */
export function countingModel(): ModelBytes {
  const body = make('GraphProto', {
    name: 'body',
    node: [
      makeNode('Identity', ['more'], ['again']),
      makeNode('Add', ['before', 'one'], ['after']),
    ],
    initializer: [makeTensor('one', [], new BigInt64Array([1n]))],
    input: [
      makeValueInfo('trip', 'int64', []),
      makeValueInfo('more', 'bool', []),
      makeValueInfo('before', 'int64', []),
    ],
    output: [makeValueInfo('again', 'bool', []), makeValueInfo('after', 'int64', [])],
  });
  const graph = graphBuilder('counting', { opset: 17 });
  const trips = graph.input('trips', 'int64', []);
  const zero = graph.constant('zero', [], new BigInt64Array([0n]));
  graph.node('Loop', [trips, '', zero], { body: { graph: body } }, 'count');
  graph.output('count', 'int64', []);
  return bytesOf('counting', graph.build());
}
