import { concat, float, type GraphBuilder, graphBuilder, writeModel } from '@selvedge/onnx';
import { type Layer, layersOf, type Size } from './architecture.ts';
import { classes } from './glyphs.ts';
import { side } from './samples.ts';
import type { LayerWeights } from './weights.ts';

/**
 * Writes a size as an ONNX file: input `image` float32 [batch, 1, 20, 20] with pixels 0 to 255,
 * output `scores` float32 [batch, 36].
 */
export function modelOf(size: Size, weights: readonly LayerWeights[]): Uint8Array {
  const graph = graphBuilder(`glyphs-${size}`, {
    opset: 17,
    irVersion: 8,
    producerName: 'selvedge',
  });
  const image = graph.input('image', 'float32', ['batch', 1, side, side]);
  const scale = graph.constant('scale', [], Float32Array.of(1 / 255));
  let value = graph.node('Mul', [image, scale]);
  const layers = layersOf(size);
  for (const [index, layer] of layers.entries()) {
    const { weights: kernel, biases } = weights[index]!;
    const last = index === layers.length - 1;
    if (layer.kind === 'conv') value = convolve(graph, layer, value, kernel, biases);
    else {
      if (layers[index - 1]?.kind === 'conv') value = graph.node('Flatten', [value], { axis: 1 });
      value = dense(graph, layer, value, kernel, biases, last);
    }
  }
  graph.output(value, 'float32', ['batch', classes.length]);
  return concat(writeModel(graph.build()));
}

function convolve(
  graph: GraphBuilder,
  layer: Layer,
  x: string,
  kernel: Float32Array,
  biases: Float32Array,
): string {
  const w = graph.constant(`${layer.name}.weight`, [layer.to, layer.from, 3, 3], kernel);
  const b = graph.constant(`${layer.name}.bias`, [layer.to], biases);
  const convolved = graph.node('Conv', [x, w, b], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
  return graph.node('MaxPool', [graph.node('Relu', [convolved])], {
    kernel_shape: [2, 2],
    strides: [2, 2],
  });
}

function dense(
  graph: GraphBuilder,
  layer: Layer,
  x: string,
  kernel: Float32Array,
  biases: Float32Array,
  last: boolean,
): string {
  const w = graph.constant(`${layer.name}.weight`, [layer.to, layer.from], kernel);
  const b = graph.constant(`${layer.name}.bias`, [layer.to], biases);
  const attributes = { alpha: float(1), beta: float(1), transB: 1 };
  if (last) return graph.node('Gemm', [x, w, b], attributes, 'scores');
  return graph.node('Relu', [graph.node('Gemm', [x, w, b], attributes)]);
}
