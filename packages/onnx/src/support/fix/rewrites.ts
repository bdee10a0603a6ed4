/**
 * Operators said by others, from their definitions in ONNX (docs/Operators.md). Only what holds for
 * every input that the operator takes.
 */
import { floatAttribute, intAttribute, textAttribute } from '../../graph/attribute.ts';
import type { Subject } from '../subject.ts';
import type { Draft, Rewrite } from './rewrite.ts';

type FloatType = 'float32' | 'float16';

/** A rewrite of an operator with one floating-point input and output. */
function unary(
  op: string,
  words: string,
  exact: Rewrite['exact'],
  body: (draft: Draft, x: string, y: string, type: FloatType, subject: Subject) => void,
): Rewrite {
  return {
    op,
    words,
    exact,
    apply(subject, draft) {
      const type = subject.inputs[0]?.type;
      const [x, y] = [subject.node.input[0], subject.node.output[0]];
      if ((type !== 'float32' && type !== 'float16') || !x || !y) return false;
      body(draft, x, y, type, subject);
      return true;
    },
  };
}

/** `Op(a, b, c)` as `Op(Op(a, b), c)`. */
function pairwise(op: string, by = op): Rewrite {
  return {
    op,
    words: `as ${by} of two inputs at a time`,
    exact: op === 'Sum' ? 'rounding' : 'bits',
    apply({ node }, draft) {
      const [first, ...others] = node.input;
      if (first === undefined || node.input.length < (by === op ? 3 : 2)) return false;
      others.reduce(
        (sum, next, at) =>
          draft.add(by, [sum, next], {}, at === others.length - 1 ? node.output[0] : undefined),
        first,
      );
      return true;
    },
  };
}

const hardSwish = unary('HardSwish', 'as HardSigmoid and Mul', 'rounding', (draft, x, y) => {
  const gate = draft.add('HardSigmoid', [x], { alpha: 1 / 6, beta: 0.5 });
  draft.add('Mul', [x, gate], {}, y);
});

/** 0.5 · x · (1 + erf(x / √2)), or with tanh where the node says so. */
const gelu = unary('Gelu', 'as its definition', 'rounding', (draft, x, y, type, { node }) => {
  const scalar = (value: number) => draft.floats([value], [], type);
  const half = draft.add('Mul', [x, scalar(0.5)]);
  const inner =
    textAttribute(node, 'approximate', 'none') === 'tanh'
      ? draft.add('Tanh', [cubic(draft, x, scalar)])
      : draft.add('Erf', [draft.add('Mul', [x, scalar(Math.SQRT1_2)])]);
  draft.add('Mul', [half, draft.add('Add', [inner, scalar(1)])], {}, y);
});

/** √(2/π) · (x + 0.044715 x³) */
function cubic(draft: Draft, x: string, scalar: (value: number) => string): string {
  const cube = draft.add('Mul', [draft.add('Mul', [x, x]), x]);
  const sum = draft.add('Add', [x, draft.add('Mul', [cube, scalar(0.044715)])]);
  return draft.add('Mul', [sum, scalar(Math.sqrt(2 / Math.PI))]);
}

const mish = unary('Mish', 'as Softplus, Tanh and Mul', 'rounding', (draft, x, y) => {
  draft.add('Mul', [x, draft.add('Tanh', [draft.add('Softplus', [x])])], {}, y);
});

const swish = unary('Swish', 'as Sigmoid and Mul', 'rounding', (draft, x, y, type, { node }) => {
  const alpha = floatAttribute(node, 'alpha', 1);
  const scaled = alpha === 1 ? x : draft.add('Mul', [x, draft.floats([alpha], [], type)]);
  draft.add('Mul', [x, draft.add('Sigmoid', [scaled])], {}, y);
});

const softsign = unary('Softsign', 'as Abs, Add and Div', 'rounding', (draft, x, y, type) => {
  const one = draft.floats([1], [], type);
  draft.add('Div', [x, draft.add('Add', [draft.add('Abs', [x]), one])], {}, y);
});

const reciprocal = unary('Reciprocal', 'as Div', 'bits', (draft, x, y, type) => {
  draft.add('Div', [draft.floats([1], [], type), x], {}, y);
});

const neg = unary('Neg', 'as Mul', 'bits', (draft, x, y, type) => {
  draft.add('Mul', [x, draft.floats([-1], [], type)], {}, y);
});

/**
 * relu(x) − slope · relu(−x): one side is always 0, so that an infinity meets no other. A zero may
 * come out with another sign.
 */
const prelu = unary('PRelu', 'as Relu, Mul and Sub', 'rounding', (draft, x, y, type, { node }) => {
  const below = draft.add('Relu', [draft.add('Mul', [x, draft.floats([-1], [], type)])]);
  const scaled = draft.add('Mul', [below, node.input[1]!]);
  draft.add('Sub', [draft.add('Relu', [x]), scaled], {}, y);
});

/** Over all axes but the first two, which only the rank tells. */
function globalPool(op: string, by: string, exact: Rewrite['exact']): Rewrite {
  const rankOf = ({ inputs }: Subject): number => inputs[0]?.shape?.length ?? 0;
  const reduce = unary(op, `as ${by}`, exact, (draft, x, y, _, subject) => {
    reduceSpatial(by, draft, x, y, rankOf(subject), subject.opset >= 18);
  });
  return {
    ...reduce,
    apply: (subject, draft) => rankOf(subject) > 2 && reduce.apply(subject, draft),
  };
}

function reduceSpatial(
  op: string,
  draft: Draft,
  x: string,
  y: string,
  rank: number,
  asInput: boolean,
): void {
  const axes = Array.from({ length: rank - 2 }, (_, at) => at + 2);
  if (asInput) draft.add(op, [x, draft.integers(axes)], { keepdims: 1 }, y);
  else draft.add(op, [x], { keepdims: 1, axes }, y);
}

/** What only looks at elements in another shape, where that shape is known. */
function asReshape(op: string): Rewrite {
  return {
    op,
    words: 'as Reshape to a constant shape',
    exact: 'bits',
    apply({ node, outputs, opset }, draft) {
      const [x, y] = [node.input[0], node.output[0]];
      const sizes = outputs[0]?.fixedSizes;
      // A 0 in a Reshape's shape stands for the size that was there.
      if (!x || !y || opset < 5 || !sizes?.every((size) => size !== null && size > 0)) return false;
      draft.add('Reshape', [x, draft.integers(sizes as number[])], {}, y);
      return true;
    },
  };
}

/** A convolution over one dimension as one over two, the second of size 1. */
function widened(op: 'Conv' | 'ConvTranspose'): Rewrite {
  return {
    op,
    words: 'over two dimensions, one of size 1',
    exact: 'bits',
    apply({ node, inputs, outputs }, draft) {
      const [x, w] = [inputs[0]?.fixedSizes, inputs[1]?.fixedSizes];
      const made = outputs[0]?.fixedSizes;
      if (x?.length !== 3 || w?.length !== 3 || made?.length !== 3) return false;
      if (![...x, ...w, ...made].every((size) => size !== null)) return false;
      const lists = node.attribute.map(({ name, ints }) => [name, ints.map(Number)] as const);
      const list = (name: string) => lists.find(([key]) => key === name)?.[1];
      const auto = textAttribute(node, 'auto_pad', 'NOTSET');
      if (auto !== 'NOTSET' || list('output_shape') || list('output_padding')) return false;
      const [before = 0, after = 0] = list('pads') ?? [];
      const [a, b, bias] = node.input;
      const wide = (name: string, sizes: readonly (number | null)[]) =>
        draft.add('Reshape', [name, draft.integers([sizes[0]!, sizes[1]!, 1, sizes[2]!])]);
      const sum = draft.add(op, [wide(a!, x), wide(b!, w), ...(bias ? [bias] : [])], {
        kernel_shape: [1, w[2]!],
        strides: [1, ...(list('strides') ?? [1])],
        dilations: [1, ...(list('dilations') ?? [1])],
        pads: [0, before, 0, after],
        group: intAttribute(node, 'group', 1),
      });
      draft.add('Reshape', [sum, draft.integers(made as number[])], {}, node.output[0]);
      return true;
    },
  };
}

/** In the order in which they are tried. */
export const rewrites: readonly Rewrite[] = [
  hardSwish,
  gelu,
  mish,
  swish,
  softsign,
  reciprocal,
  neg,
  prelu,
  globalPool('GlobalAveragePool', 'ReduceMean', 'rounding'),
  globalPool('GlobalMaxPool', 'ReduceMax', 'bits'),
  pairwise('Max'),
  pairwise('Min'),
  pairwise('Sum', 'Add'),
  ...['Flatten', 'Squeeze', 'Unsqueeze', 'Reshape'].map(asReshape),
  widened('Conv'),
  widened('ConvTranspose'),
];
