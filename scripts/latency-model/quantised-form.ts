import type { Model, NodeProto } from '@selvedge/onnx';

const weighted = new Set(['Conv', 'ConvTranspose', 'MatMul', 'Gemm']);

/**
 * A sketched network as quantising leaves it, as far as operator lists look at it: the weights of
 * its layers come from DequantizeLinear.
 */
export function quantisedForm(model: Model): Model {
  const { graph } = model;
  const stored = new Set(graph.initializer.map(({ name }) => name));
  const node = graph.node.flatMap((one): NodeProto[] => {
    const [first = '', weight = '', ...rest] = one.input;
    if (!weighted.has(one.opType ?? '') || !stored.has(weight)) return [one];
    const floats = `${weight}_dequantised_${one.output[0]}`;
    const dequantise: NodeProto = {
      ...one,
      name: floats,
      opType: 'DequantizeLinear',
      input: [weight, scale],
      output: [floats],
      attribute: [],
    };
    return [dequantise, { ...one, input: [first, floats, ...rest] }];
  });
  const initializer = [...graph.initializer, { ...graph.initializer[0]!, name: scale, dims: [] }];
  return { ...model, graph: { ...graph, node, initializer } };
}

const scale = 'scale_of_all';
