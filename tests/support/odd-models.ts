import type { Tensors } from '../../packages/infer/src/engine/index.ts';
import {
  edit,
  type GraphBuilder,
  graphBuilder,
  type Model,
  make,
  makeNode,
  makeTensor,
  makeValueInfo,
} from '../../packages/onnx/src/index.ts';

/** A small model of a kind that the shared ones are not, and samples that it takes. */
export interface OddModel {
  readonly name: string;
  readonly model: () => Model;
  readonly samples: (count: number) => Tensors;
  /** Its answers are no numbers, so that no metric can compare them. */
  readonly isText?: true;
}

const made = (fill: (g: GraphBuilder) => void, opset = 17): Model => {
  const g = graphBuilder('odd', { opset, irVersion: opset < 10 ? 4 : opset > 21 ? 11 : 9 });
  fill(g);
  return g.build();
};

/** Not even, so that channels differ; large enough for every pass to take them. */
const weights = (...dims: number[]): Float32Array => {
  const length = dims.reduce((product, side) => product * side, 1);
  const spread = 1.5 / Math.sqrt(length / (dims[0] ?? 1));
  return Float32Array.from({ length }, (_, at) => Math.sin(at * 1.7 + 1) * spread);
};

const floats =
  (name: string, ...shape: number[]) =>
  (count: number): Tensors => {
    const length = shape.reduce((product, side) => product * side, count);
    const data = Float32Array.from({ length }, (_, at) => Math.cos(at * 0.37) + (at % 5) / 5);
    return { [name]: { type: 'float32', shape: [count, ...shape], data } };
  };

/** Layer normalisation, attention of two heads and Gelu, one block. */
function transformer(opset: number): Model {
  return made((g) => {
    const weight = (name: string, ...dims: number[]) => g.constant(name, dims, weights(...dims));
    const sizes = (name: string, ...to: bigint[]) =>
      g.constant(name, [to.length], BigInt64Array.from(to));
    const x = g.input('tokens', 'float32', ['batch', 'length', 32]);
    const normal = g.node('LayerNormalization', [x, weight('scale', 32), weight('shift', 32)]);
    const [heads, joined] = [sizes('heads', 0n, -1n, 2n, 16n), sizes('joined', 0n, -1n, 32n)];
    const head = (name: string) => {
      const all = g.node('MatMul', [normal, weight(name, 32, 32)]);
      return g.node('Transpose', [g.node('Reshape', [all, heads])], { perm: [0, 2, 1, 3] });
    };
    const [q, k, v] = [head('wq'), head('wk'), head('wv')];
    const keys = g.node('Transpose', [k], { perm: [0, 1, 3, 2] });
    const scores = g.node('Mul', [
      g.node('MatMul', [q, keys]),
      g.constant('root', [], Float32Array.of(0.25)),
    ]);
    const seen = g.node('MatMul', [g.node('Softmax', [scores], { axis: -1 }), v]);
    const flat = g.node('Reshape', [g.node('Transpose', [seen], { perm: [0, 2, 1, 3] }), joined]);
    const after = g.node('Add', [x, g.node('MatMul', [flat, weight('wo', 32, 32)])]);
    const wide = g.node('MatMul', [after, weight('up', 32, 64)]);
    const erf = g.node('Erf', [
      g.node('Mul', [wide, g.constant('half', [], Float32Array.of(Math.SQRT1_2))]),
    ]);
    const gelu =
      opset >= 20
        ? g.node('Gelu', [wide])
        : g.node('Mul', [wide, g.node('Add', [erf, g.constant('one', [], Float32Array.of(1))])]);
    const down = g.node('MatMul', [gelu, weight('down', 64, 32)]);
    g.output(g.node('Add', [after, down], {}, 'y'), 'float32', ['batch', 'length', 32]);
  }, opset);
}

const unet = (): Model =>
  made((g) => {
    const x = g.input('image', 'float32', ['n', 3, 'h', 'w']);
    const conv = (from: string, name: string, dims: number[], attributes = {}) =>
      g.node('Relu', [
        g.node('Conv', [from, g.constant(name, dims, weights(...dims))], {
          pads: [1, 1, 1, 1],
          ...attributes,
        }),
      ]);
    const top = conv(x, 'a', [8, 3, 3, 3]);
    const deep = conv(top, 'b', [8, 1, 3, 3], { group: 8, strides: [2, 2] });
    const up = g.constant('c', [8, 8, 2, 2], weights(8, 8, 2, 2));
    const back = g.node('ConvTranspose', [deep, up], { strides: [2, 2] });
    const both = g.node('Concat', [top, back], { axis: 1 });
    g.output(g.node('Sigmoid', [conv(both, 'd', [4, 16, 3, 3])], {}, 'mask'), 'float32', [
      'n',
      4,
      'h',
      'w',
    ]);
  }, 13);

/** Both directions, with the state in and out. */
const recurrent = (kind: 'LSTM' | 'GRU', opset: number): Model =>
  made((g) => {
    const gates = kind === 'LSTM' ? 4 : 3;
    const x = g.input('x', 'float32', ['steps', 1, 16]);
    const [w, r] = [[2, gates * 16, 16] as const, [2, gates * 16, 16] as const];
    g.nodes(
      kind,
      [x, g.constant('w', w, weights(...w)), g.constant('r', r, weights(...r))],
      ['y', 'h'],
      { hidden_size: 16, direction: 'bidirectional' },
    );
    const last = g.node('Reshape', [
      g.node('Transpose', ['h'], { perm: [1, 0, 2] }),
      g.constant('flat', [2], BigInt64Array.of(1n, 32n)),
    ]);
    const head = g.constant('head', [32, 8], weights(32, 8));
    g.output(g.node('MatMul', [last, head], {}, 'scores'), 'float32', [1, 8]);
  }, opset);

const graphOf = (name: string, fields: Parameters<typeof make<'GraphProto'>>[1]) => ({
  graph: make('GraphProto', { name, ...fields }),
});

/** Each branch has a product of its own. */
const branching = (): Model => {
  const model = made((g) => {
    const x = g.input('x', 'float32', [1, 32]);
    g.constant('shared', [32, 32], weights(32, 32));
    const zero = g.constant('zero', [], Float32Array.of(0));
    const sum = g.node('ReduceSum', [x], { keepdims: 0 });
    const isPositive = g.node('Greater', [sum, zero]);
    const branch = (name: string, own: string) => ({
      ...graphOf(name, {
        initializer: [makeTensor(`${own}.w`, [32, 32], weights(32, 32))],
        node: [
          makeNode('MatMul', [x, 'shared'], [`${own}.a`]),
          makeNode('MatMul', [`${own}.a`, `${own}.w`], [`${own}.y`]),
        ],
        output: [makeValueInfo(`${own}.y`, 'float32', [1, 32])],
      }),
    });
    g.nodes('If', [isPositive], ['y'], {
      then_branch: branch('then', 't'),
      else_branch: branch('else', 'e'),
    });
    g.output('y', 'float32', [1, 32]);
  });
  return model;
};

const looping = (): Model =>
  made((g) => {
    const x = g.input('x', 'float32', [1, 16]);
    const times = g.constant('times', [], BigInt64Array.of(3n));
    const w = g.constant('w', [16, 16], weights(16, 16));
    g.nodes('Loop', [times, '', x], ['last', 'all'], {
      body: graphOf('body', {
        input: [
          makeValueInfo('i', 'int64', []),
          makeValueInfo('go', 'bool', []),
          makeValueInfo('state', 'float32', [1, 16]),
        ],
        node: [
          makeNode('Identity', ['go'], ['again']),
          makeNode('MatMul', ['state', w], ['product']),
          makeNode('Tanh', ['product'], ['next']),
          makeNode('Identity', ['next'], ['seen']),
        ],
        output: [
          makeValueInfo('again', 'bool', []),
          makeValueInfo('next', 'float32', [1, 16]),
          makeValueInfo('seen', 'float32', [1, 16]),
        ],
      }),
    });
    g.output('last', 'float32', [1, 16]);
    g.output('all', 'float32', [3, 1, 16]);
  }, 15);

const scanning = (): Model =>
  made((g) => {
    const x = g.input('x', 'float32', ['steps', 16]);
    const start = g.constant('start', [16], new Float32Array(16));
    const w = g.constant('w', [16, 16], weights(16, 16));
    g.nodes('Scan', [start, x], ['end', 'sums'], {
      num_scan_inputs: 1,
      body: graphOf('step', {
        input: [makeValueInfo('sum', 'float32', [16]), makeValueInfo('row', 'float32', [16])],
        node: [
          makeNode('MatMul', ['row', w], ['turned']),
          makeNode('Add', ['sum', 'turned'], ['more']),
          makeNode('Identity', ['more'], ['seen']),
        ],
        output: [makeValueInfo('more', 'float32', [16]), makeValueInfo('seen', 'float32', [16])],
      }),
    });
    g.output('end', 'float32', [16]);
    g.output('sums', 'float32', ['steps', 16]);
  }, 16);

/** One table for the way in and the way out, in a Constant node and as an initializer. */
const sharedWeights = (): Model =>
  made((g) => {
    const ids = g.input('ids', 'int64', ['length']);
    const table = g.constant('table', [64, 32], weights(64, 32));
    const inner = g.node('Constant', [], {
      value: { tensor: makeTensor('', [32, 32], weights(32, 32)) },
    });
    const twice = g.node('MatMul', [
      g.node('MatMul', [g.node('Gather', [table, ids]), inner]),
      inner,
    ]);
    const back = g.node('Transpose', [table], { perm: [1, 0] });
    g.output(g.node('MatMul', [twice, back], {}, 'scores'), 'float32', ['length', 64]);
  });

/** What a report must not be led astray by. */
export const awkwardNames = {
  input: 'in/put "x" | `y`',
  node: '</title><script>alert(1)</script> | `a` \n[b](http://c) *d*',
  output: 'Ünïcode/出力:0',
};

const awkward = (): Model => {
  const { input, node: name, output } = awkwardNames;
  const model = made((g) => {
    const x = g.input(input, 'float32', [1, 1, 8, 8]);
    const w = g.constant("we'ights\\<b>", [16, 1, 3, 3], weights(16, 1, 3, 3));
    const y = g.node('Relu', [g.node('Conv', [x, w])]);
    // Its window keeps float32: what is left alone is named in the report.
    const pooled = g.node('ReduceProd', [y], { axes: [2, 3], keepdims: 0 });
    const head = g.constant('head', [16, 16], weights(16, 16));
    g.output(g.node('MatMul', [pooled, head], {}, output), 'float32', [1, 16]);
  });
  const node = model.graph.node.map((one) => edit(one, { name: `${name} ${one.opType}` }));
  return edit(model, { graph: edit(model.graph, { node }) });
};

/** Convolution, pooling and Gemm as they were written in opset 7. */
const oldOpset = (opset: number): Model =>
  made((g) => {
    const x = g.input('x', 'float32', [1, 1, 12, 12]);
    const w = g.constant('w', [8, 1, 3, 3], weights(8, 1, 3, 3));
    const ones = (name: string, value: number) =>
      g.constant(name, [8], new Float32Array(8).fill(value));
    const norm = g.node('BatchNormalization', [
      g.node('Conv', [x, w]),
      ...[ones('s', 1.1), ones('b', 0.1), ones('m', 0.05), ones('v', 0.9)],
    ]);
    const pooled = g.node('MaxPool', [g.node('Relu', [norm])], {
      kernel_shape: [2, 2],
      strides: [2, 2],
    });
    const flat = g.node('Flatten', [pooled]);
    const [fw, fb] = [
      g.constant('fw', [200, 10], weights(200, 10)),
      g.constant('fb', [10], weights(10)),
    ];
    g.output(g.node('Gemm', [flat, fw, fb], {}, 'y'), 'float32', [1, 10]);
  }, opset);

const noElements = (): Model =>
  made((g) => {
    const x = g.input('x', 'float32', [1, 16]);
    const w = g.constant('w', [16, 16], weights(16, 16));
    const none = g.constant('none', [0, 16], new Float32Array(0));
    const joined = g.node('Concat', [g.node('MatMul', [x, w]), none], { axis: 0 });
    g.output(g.node('Relu', [joined], {}, 'y'), 'float32', [1, 16]);
  });

/** A number, an integer and a text beside a tensor. */
const scalars = (): Model =>
  made((g) => {
    const x = g.input('x', 'float32', [1, 16]);
    const gain = g.input('gain', 'float32', []);
    const turns = g.input('turns', 'int32', []);
    const w = g.constant('w', [16, 64], weights(16, 64));
    const y = g.node('Mul', [g.node('MatMul', [x, w]), gain]);
    g.output(g.node('Add', [y, g.node('Cast', [turns], { to: 1 })], {}, 'y'), 'float32', [1, 64]);
  });

const words = (): Model =>
  made((g) => {
    g.input('words', 'string', ['n']);
    g.output(g.node('Identity', ['words'], {}, 'same'), 'string', ['n']);
  });

/** The bias, the mask and the weights of layers, stored as the few elements that are not 0. */
function sparse(): Model {
  const model = made((g) => {
    const x = g.input('x', 'float32', ['n', 32]);
    const some = (name: string, ...dims: number[]) => g.constant(name, dims, weights(...dims));
    const first = g.node('MatMul', [x, some('w', 32, 32)]);
    const masked = g.node('Mul', [g.node('Add', [first, some('shift', 32)]), some('mask', 1, 32)]);
    const second = g.node('MatMul', [g.node('Relu', [masked]), some('thin', 32, 32)]);
    g.output(g.node('MatMul', [second, some('v', 32, 8)]), 'float32', ['n', 8]);
  });
  const isSparse = ({ name = '' }) => ['shift', 'mask', 'thin'].includes(name);
  const sparseInitializer = model.graph.initializer.filter(isSparse).map(({ name, dims }) =>
    make('SparseTensorProto', {
      values: makeTensor(name ?? '', [8], weights(8)),
      indices: makeTensor(
        '',
        [8],
        BigInt64Array.from({ length: 8 }, (_, at) => BigInt(4 * at)),
      ),
      dims,
    }),
  );
  const initializer = model.graph.initializer.filter((tensor) => !isSparse(tensor));
  return edit(model, { graph: edit(model.graph, { initializer, sparseInitializer }) });
}

export const oddModels: readonly OddModel[] = [
  { name: 'sparse initializers', model: sparse, samples: floats('x', 32) },
  ...[17, 20, 23].map((opset) => ({
    name: `a transformer, opset ${opset}`,
    model: () => transformer(opset),
    samples: floats('tokens', 6, 32),
  })),
  { name: 'a U-net of free sides', model: unet, samples: floats('image', 3, 16, 16) },
  {
    name: 'an LSTM in both directions',
    model: () => recurrent('LSTM', 14),
    samples: floats('x', 5, 1, 16),
  },
  {
    name: 'a GRU in both directions',
    model: () => recurrent('GRU', 7),
    samples: floats('x', 5, 1, 16),
  },
  { name: 'an If', model: branching, samples: floats('x', 1, 32) },
  { name: 'a Loop', model: looping, samples: floats('x', 1, 16) },
  { name: 'a Scan', model: scanning, samples: floats('x', 5, 16) },
  {
    name: 'shared weights, some in a Constant node',
    model: sharedWeights,
    samples: (count) => ({
      ids: {
        type: 'int64',
        shape: [count, 4],
        data: BigInt64Array.from({ length: count * 4 }, (_, at) => BigInt((at * 7) % 64)),
      },
    }),
  },
  { name: 'awkward names', model: awkward, samples: floats(awkwardNames.input, 1, 8, 8) },
  ...[7, 9, 11, 24].map((opset) => ({
    name: `a network in opset ${opset}`,
    model: () => oldOpset(opset),
    samples: floats('x', 1, 12, 12),
  })),
  { name: 'a tensor of no elements', model: noElements, samples: floats('x', 1, 16) },
  {
    name: 'scalar inputs',
    model: scalars,
    samples: (count) => ({
      ...floats('x', 1, 16)(count),
      gain: { type: 'float32', shape: [count], data: new Float32Array(count).fill(2) },
      turns: { type: 'int32', shape: [count], data: new Int32Array(count).fill(3) },
    }),
  },
  {
    name: 'text and no weights',
    isText: true,
    model: words,
    samples: (count) => ({
      words: { type: 'string', shape: [count, 1], data: Array.from({ length: count }, () => 'a') },
    }),
  },
];
