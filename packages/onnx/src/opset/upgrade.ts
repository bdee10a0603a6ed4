import { makeNode, makeTensor } from '../build/make.ts';
import {
  attribute,
  floatAttribute,
  intAttribute,
  intsAttribute,
  isDefaultDomain,
} from '../graph/attribute.ts';
import { mapGraphs } from '../graph/map-graphs.ts';
import { opsetVersion, scopes } from '../graph/walk.ts';
import { NamePool } from '../pass/name-pool.ts';
import { edit, make } from '../wire/message.ts';
import type { GraphProto, NodeProto, TensorProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';

/** The version that has all integer operators (ConvInteger and MatMulInteger 10, DynamicQuantizeLinear 11). */
const target = 11;

/**
 * Raises a model of opset 7 to 10 to opset 11. Operators whose meaning changed in between are
 * rewritten (ONNX Changelog); one that this function does not know stops it.
 *
 * @returns the model, or why it cannot be raised. Models of opset 11 and later as they are.
 */
export function upgradeOpset(model: Model): Model | { readonly reason: string } {
  const from = opsetVersion(model);
  if (from === undefined) return { reason: 'it has no operators of the default domain' };
  if (from >= target) return model;
  if (from < 7) return { reason: `opset ${from} is older than the 7 this pass can raise` };
  for (const { graph } of scopes(model)) {
    const strange = graph.node.find((node) => isDefaultDomain(node.domain) && !canRaise(node));
    if (strange) return { reason: `${strange.opType} changed between opset ${from} and ${target}` };
  }
  const names = new NamePool(model);
  const raised = mapGraphs(model, (graph) => raiseGraph(graph, from, names));
  const opsetImport = raised.opsetImport.map((entry) =>
    isDefaultDomain(entry.domain) ? edit(entry, { version: target }) : entry,
  );
  return edit(raised, { opsetImport });
}

/** Operators that mean the same in opset 7 and in opset 11, if both have them. */
const unchanged: ReadonlySet<string> = new Set([
  ...[
    'Abs',
    'Acos',
    'Acosh',
    'Add',
    'And',
    'ArgMax',
    'ArgMin',
    'Asin',
    'Asinh',
    'Atan',
    'Atanh',
    'AveragePool',
  ],
  ...[
    'Cast',
    'Ceil',
    'Compress',
    'Concat',
    'Constant',
    'ConstantOfShape',
    'Conv',
    'ConvInteger',
    'ConvTranspose',
  ],
  ...[
    'Cos',
    'Cosh',
    'DepthToSpace',
    'DequantizeLinear',
    'Div',
    'Dropout',
    'Elu',
    'Equal',
    'Erf',
    'Exp',
    'Expand',
  ],
  ...['EyeLike', 'Flatten', 'Floor', 'GRU', 'Gather', 'Gemm', 'GlobalAveragePool', 'GlobalLpPool'],
  ...[
    'GlobalMaxPool',
    'Greater',
    'HardSigmoid',
    'Hardmax',
    'Identity',
    'If',
    'InstanceNormalization',
    'IsInf',
  ],
  ...[
    'IsNaN',
    'LRN',
    'LSTM',
    'LeakyRelu',
    'Less',
    'Log',
    'LogSoftmax',
    'LpNormalization',
    'LpPool',
    'MatMul',
  ],
  ...[
    'MatMulInteger',
    'Max',
    'MaxPool',
    'Mean',
    'Min',
    'Mod',
    'Mul',
    'Multinomial',
    'Neg',
    'NonMaxSuppression',
  ],
  ...[
    'NonZero',
    'Not',
    'OneHot',
    'Or',
    'PRelu',
    'Pow',
    'QLinearConv',
    'QLinearMatMul',
    'QuantizeLinear',
    'RNN',
  ],
  ...[
    'RandomNormal',
    'RandomNormalLike',
    'RandomUniform',
    'RandomUniformLike',
    'Reciprocal',
    'ReduceL1',
  ],
  ...[
    'ReduceL2',
    'ReduceLogSum',
    'ReduceLogSumExp',
    'ReduceMax',
    'ReduceMean',
    'ReduceMin',
    'ReduceProd',
  ],
  ...[
    'ReduceSum',
    'ReduceSumSquare',
    'Relu',
    'Reshape',
    'ReverseSequence',
    'RoiAlign',
    'Selu',
    'Shape',
    'Shrink',
  ],
  ...[
    'Sigmoid',
    'Sign',
    'Sin',
    'Sinh',
    'Size',
    'Softmax',
    'Softplus',
    'Softsign',
    'SpaceToDepth',
    'Split',
    'Sqrt',
  ],
  ...[
    'Squeeze',
    'Sub',
    'Sum',
    'Tan',
    'Tanh',
    'ThresholdedRelu',
    'Tile',
    'Transpose',
    'Unsqueeze',
    'Where',
    'Xor',
  ],
]);

interface Rewriting {
  readonly node: NodeProto;
  readonly from: number;
  /** Adds an initializer and returns its name. */
  store(what: string, dims: readonly number[], data: Float32Array | BigInt64Array): string;
}

const rewrites: Readonly<Record<string, (rewriting: Rewriting) => NodeProto>> = {
  /** 9 dropped `spatial`; canRaise lets only 1 pass. */
  BatchNormalization: ({ node }) =>
    edit(node, { attribute: node.attribute.filter(({ name }) => name !== 'spatial') }),
  /** 11 turned min and max into inputs. */
  Clip: ({ node, store }) => {
    const bound = (name: string) =>
      attribute(node, name) ? store(name, [], Float32Array.of(floatAttribute(node, name, 0))) : '';
    return edit(node, { input: [node.input[0]!, bound('min'), bound('max')], attribute: [] });
  },
  /** 11 turned pads and value into inputs. */
  Pad: ({ node, store }) => {
    const pads = integers(intsAttribute(node, 'pads') ?? []);
    const value = Float32Array.of(floatAttribute(node, 'value', 0));
    return edit(node, {
      input: [node.input[0]!, store('pads', [pads.length], pads), store('value', [], value)],
      attribute: node.attribute.filter(({ name }) => name === 'mode'),
    });
  },
  /** 10 turned starts, ends and axes into inputs. */
  Slice: ({ node, from, store }) => {
    if (from >= 10) return node;
    const list = (name: string, otherwise?: number[]) => {
      const values = integers(intsAttribute(node, name) ?? otherwise ?? []);
      return store(name, [values.length], values);
    };
    const axes = (intsAttribute(node, 'starts') ?? []).map((_, at) => at);
    return edit(node, {
      input: [node.input[0]!, list('starts'), list('ends'), list('axes', axes)],
      attribute: [],
    });
  },
  /** 10 turned k into an input. */
  TopK: ({ node, from, store }) => {
    if (from >= 10) return node;
    const k = store('k', [1], integers([intAttribute(node, 'k', 1)]));
    return edit(node, {
      input: [node.input[0]!, k],
      attribute: node.attribute.filter(({ name }) => name === 'axis'),
    });
  },
  /** Resize 11 can do what Resize 10 and Upsample did, if told how they rounded. */
  Resize: ({ node, store }) => resize(node, node.input[1] ?? '', store),
  Upsample: ({ node, store }) => {
    const scales = attribute(node, 'scales')?.floats;
    const name = scales
      ? store('scales', [scales.length], Float32Array.from(scales))
      : node.input[1]!;
    return resize(node, name, store);
  },
};

function canRaise(node: NodeProto): boolean {
  const isRewritten = Object.hasOwn(rewrites, node.opType ?? '');
  if (isRewritten && (!node.input[0] || !node.output[0])) return false;
  if (node.opType === 'BatchNormalization') return intAttribute(node, 'spatial', 1) === 1;
  return isRewritten || unchanged.has(node.opType ?? '');
}

function raiseGraph(graph: GraphProto, from: number, names: NamePool): GraphProto {
  const added: TensorProto[] = [];
  const node = graph.node.map((original) => {
    const op = original.opType ?? '';
    if (!isDefaultDomain(original.domain) || !Object.hasOwn(rewrites, op)) return original;
    const store: Rewriting['store'] = (what, dims, data) => {
      const name = names.fresh(`${original.output[0]}.${what}`);
      added.push(makeTensor(name, dims, data));
      return name;
    };
    return rewrites[op]!({ node: original, from, store });
  });
  if (node.every((entry, at) => entry === graph.node[at])) return graph;
  return edit(graph, { node, initializer: [...graph.initializer, ...added] });
}

function resize(node: NodeProto, scales: string, store: Rewriting['store']): NodeProto {
  const mode = attribute(node, 'mode');
  const told = makeNode('Resize', [], [], {
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });
  return make('NodeProto', {
    ...(node.name !== undefined && { name: node.name }),
    opType: 'Resize',
    input: [node.input[0]!, store('roi', [0], new Float32Array(0)), scales],
    output: node.output,
    attribute: [...(mode ? [mode] : []), ...told.attribute],
  });
}

/** The end of a Slice is often the largest int64, which a number rounds up to one more. */
const integers = (values: readonly number[]): BigInt64Array =>
  BigInt64Array.from(values, (value) => {
    const exact = BigInt(value);
    return exact > largestInt64 ? largestInt64 : exact;
  });

const largestInt64 = 2n ** 63n - 1n;
