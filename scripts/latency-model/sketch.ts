import { type GraphBuilder, graphBuilder, type Model } from '@selvedge/onnx';

/** A value of a sketched network: its name and its shape. */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
}

export type Activation =
  | 'relu'
  | 'relu6'
  | 'leaky'
  | 'prelu'
  | 'silu'
  | 'hardswish'
  | 'hardsigmoid'
  | 'gelu'
  | 'sigmoid'
  | 'tanh';

export interface ConvOptions {
  readonly stride?: number | readonly number[];
  /** By default what keeps the size at stride 1. */
  readonly pad?: number | readonly number[];
  readonly groups?: number;
  readonly dilation?: number;
  readonly bias?: boolean;
  readonly act?: Activation;
}

/**
 * Builds public architectures without their weights: initializers have shapes and no elements, so
 * that a network of a hundred million parameters takes a few kilobytes. Batch normalisation is left
 * out, since every compiler folds it into the convolution before it.
 */
export class Sketch {
  readonly #graph: GraphBuilder;
  readonly #dims = new Map<string, readonly number[]>();
  #count = 0;

  constructor(name: string) {
    this.#graph = graphBuilder(name, { opset: 21 });
  }

  input(...shape: number[]): Value {
    const name = `input_${this.#count++}`;
    return { name: this.#graph.input(name, 'float32', shape), shape };
  }

  /** An image of three colours between 0 and 1, normalised in the graph as AI Hub's models are. */
  image(height: number, width: number): Value {
    const centred = this.sub(this.input(1, 3, height, width), this.constants(3, 1, 1));
    return this.node('Div', [centred, this.constants(3, 1, 1)], centred.shape);
  }

  /** A tensor that nobody trained: it does not count as parameters. */
  constants(...dims: number[]): Value {
    return this.#stored('c', dims);
  }

  /** A trained tensor. */
  weight(...dims: number[]): Value {
    return this.#stored('w', dims);
  }

  #stored(kind: 'w' | 'c', dims: readonly number[]): Value {
    const name = `${kind}_${this.#count++}`;
    this.#graph.constant(name, [0], new Float32Array(0));
    this.#dims.set(name, dims);
    return { name, shape: dims };
  }

  node(op: string, inputs: readonly Value[], shape: readonly number[], attributes = {}): Value {
    const names = inputs.map(({ name }) => name);
    return { name: this.#graph.node(op, names, attributes), shape };
  }

  ints(...values: number[]): Value {
    const name = `i_${this.#count++}`;
    this.#graph.constant(name, [values.length], BigInt64Array.from(values, BigInt));
    return { name, shape: [values.length] };
  }

  conv(
    x: Value,
    out: number,
    kernel: number | readonly number[],
    options: ConvOptions = {},
  ): Value {
    const rank = x.shape.length - 2;
    const spread = (value: number | readonly number[]): number[] =>
      typeof value === 'number' ? new Array<number>(rank).fill(value) : [...value];
    const { groups = 1, dilation = 1, bias = true, act } = options;
    const sizes = spread(kernel);
    const strides = spread(options.stride ?? 1);
    const pads =
      options.pad === undefined
        ? sizes.map((size) => ((size - 1) * dilation) >> 1)
        : spread(options.pad);
    const [batch = 1, channels = 1, ...places] = x.shape;
    const made = places.map(
      (size, at) =>
        Math.floor((size + 2 * pads[at]! - dilation * (sizes[at]! - 1) - 1) / strides[at]!) + 1,
    );
    const weight = this.weight(out, channels / groups, ...sizes);
    const y = this.node(
      'Conv',
      bias ? [x, weight, this.weight(out)] : [x, weight],
      [batch, out, ...made],
      {
        kernel_shape: sizes,
        strides,
        pads: [...pads, ...pads],
        dilations: spread(dilation),
        group: groups,
      },
    );
    return act ? this.act(y, act) : y;
  }

  /** Transposed convolution that multiplies the size by its stride. */
  deconv(x: Value, out: number, kernel: number, stride: number, pad = 0, act?: Activation): Value {
    const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
    const grown = (size: number) => (size - 1) * stride - 2 * pad + kernel;
    const y = this.node(
      'ConvTranspose',
      [x, this.weight(channels, out, kernel, kernel), this.weight(out)],
      [batch, out, grown(height), grown(width)],
      { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] },
    );
    return act ? this.act(y, act) : y;
  }

  depthwise(x: Value, kernel: number, options: ConvOptions = {}): Value {
    return this.conv(x, x.shape[1]!, kernel, { ...options, groups: x.shape[1]! });
  }

  act(x: Value, kind: Activation): Value {
    const like = (op: string, extra: Value[] = []) => this.node(op, [x, ...extra], x.shape);
    if (kind === 'relu') return like('Relu');
    if (kind === 'relu6') return like('Clip');
    if (kind === 'leaky') return like('LeakyRelu');
    if (kind === 'prelu') return like('PRelu', [this.weight(x.shape[1]!, 1, 1)]);
    if (kind === 'silu') return this.mul(x, like('Sigmoid'));
    if (kind === 'hardswish') return like('HardSwish');
    if (kind === 'hardsigmoid') return like('HardSigmoid');
    if (kind === 'gelu') return like('Gelu');
    return like(kind === 'sigmoid' ? 'Sigmoid' : 'Tanh');
  }

  add = (a: Value, b: Value): Value => this.node('Add', [a, b], broadcast(a, b));
  sub = (a: Value, b: Value): Value => this.node('Sub', [a, b], broadcast(a, b));
  mul = (a: Value, b: Value): Value => this.node('Mul', [a, b], broadcast(a, b));

  concat(values: readonly Value[], axis = 1): Value {
    const [first] = values as readonly [Value];
    const at = axis < 0 ? axis + first.shape.length : axis;
    const size = values.reduce((sum, { shape }) => sum + shape[at]!, 0);
    return this.node('Concat', values, first.shape.with(at, size), { axis: at });
  }

  pool(
    x: Value,
    kind: 'Max' | 'Average',
    kernel: number,
    stride: number,
    pad = 0,
    ceil = false,
  ): Value {
    const [batch = 1, channels = 1, ...places] = x.shape;
    const round = ceil ? Math.ceil : Math.floor;
    const made = places.map((size) => round((size + 2 * pad - kernel) / stride) + 1);
    const all = (value: number) => places.map(() => value);
    return this.node(`${kind}Pool`, [x], [batch, channels, ...made], {
      kernel_shape: all(kernel),
      strides: all(stride),
      pads: [...all(pad), ...all(pad)],
      ceil_mode: ceil ? 1 : 0,
    });
  }

  globalPool(x: Value): Value {
    const [batch = 1, channels = 1, ...places] = x.shape;
    return this.node('GlobalAveragePool', [x], [batch, channels, ...places.map(() => 1)]);
  }

  resize(x: Value, height: number, width: number, mode: 'linear' | 'nearest' = 'linear'): Value {
    const shape = [x.shape[0]!, x.shape[1]!, height, width];
    const none = { name: '', shape: [] };
    return this.node('Resize', [x, none, none, this.ints(...shape)], shape, { mode });
  }

  reshape(x: Value, ...shape: number[]): Value {
    return this.node('Reshape', [x, this.ints(...shape)], shape);
  }

  flatten(x: Value): Value {
    const [batch = 1, ...rest] = x.shape;
    return this.node('Flatten', [x], [batch, rest.reduce((a, b) => a * b, 1)], { axis: 1 });
  }

  transpose(x: Value, ...perm: number[]): Value {
    return this.node(
      'Transpose',
      [x],
      perm.map((axis) => x.shape[axis]!),
      { perm },
    );
  }

  slice(x: Value, axis: number, start: number, end: number): Value {
    const at = [this.ints(start), this.ints(end), this.ints(axis)];
    return this.node('Slice', [x, ...at], x.shape.with(axis, end - start));
  }

  softmax(x: Value, axis = -1): Value {
    return this.node('Softmax', [x], x.shape, { axis });
  }

  layerNorm(x: Value): Value {
    const width = x.shape.at(-1)!;
    return this.node('LayerNormalization', [x, this.weight(width), this.weight(width)], x.shape, {
      axis: -1,
    });
  }

  /** The mean over the last axes. */
  mean(x: Value, ...axes: number[]): Value {
    const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    return this.node('ReduceMean', [x, this.ints(...axes)], shape, { keepdims: 1 });
  }

  /** To unit length along an axis, as PyTorch exports it. */
  unit(x: Value, axis: number): Value {
    const length = this.node('ReduceL2', [x, this.ints(axis)], x.shape.with(axis, 1), {
      keepdims: 1,
    });
    const safe = this.node('Clip', [length, this.constants(1)], length.shape);
    const wide = this.node('Expand', [safe, this.ints(...x.shape)], x.shape);
    return this.node('Div', [x, wide], x.shape);
  }

  matmul(a: Value, b: Value): Value {
    return this.node('MatMul', [a, b], [...a.shape.slice(0, -1), b.shape.at(-1)!]);
  }

  /** A fully connected layer on the last axis. */
  linear(x: Value, out: number, options: { bias?: boolean; act?: Activation } = {}): Value {
    const { bias = true, act } = options;
    const y = this.matmul(x, this.weight(x.shape.at(-1)!, out));
    const z = bias ? this.add(y, this.weight(out)) : y;
    return act ? this.act(z, act) : z;
  }

  depthToSpace(x: Value, block: number): Value {
    const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
    return this.node(
      'DepthToSpace',
      [x],
      [batch, channels / block ** 2, height * block, width * block],
      {
        blocksize: block,
        mode: 'CRD',
      },
    );
  }

  /** Rows of a table of `size` vectors, one for each of `count` tokens. */
  embed(count: number, size: number, width: number): Value {
    const name = `tokens_${this.#count++}`;
    const tokens = { name: this.#graph.input(name, 'int64', [1, count]), shape: [1, count] };
    return this.node('Gather', [this.weight(size, width), tokens], [1, count, width], { axis: 0 });
  }

  /** The network with these outputs. */
  build(...outputs: Value[]): Model {
    for (const { name, shape } of outputs) this.#graph.output(name, 'float32', [...shape]);
    const model = this.#graph.build();
    const initializer = model.graph.initializer.map((tensor) => {
      const dims = this.#dims.get(tensor.name ?? '');
      return dims === undefined ? tensor : { ...tensor, dims, dataLocation: elsewhere };
    });
    return { ...model, graph: { ...model.graph, initializer } };
  }
}

/** `TensorProto.DataLocation.EXTERNAL`: the elements are in another file, here in none. */
const elsewhere = 1;

/** ONNX's broadcasting of two shapes. */
function broadcast(a: Value, b: Value): number[] {
  const rank = Math.max(a.shape.length, b.shape.length);
  const size = ({ shape }: Value, at: number) => shape[at - rank + shape.length] ?? 1;
  return Array.from({ length: rank }, (_, at) => Math.max(size(a, at), size(b, at)));
}
