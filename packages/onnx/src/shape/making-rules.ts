/** Shapes of operators that make elements, of signal processing, losses and text. */
import { attribute, intAttribute, intsAttribute, textAttribute } from '../graph/attribute.ts';
import {
  addDims,
  ceilDivide,
  type Dim,
  floorDivide,
  isExpression,
  multiplyDims,
  notNegative,
  subtractDims,
} from './dimension.ts';
import {
  constantOf,
  type Operands,
  positiveAxis,
  type Shape,
  type ShapeRule,
  unknownOfRank,
} from './facts.ts';

type Result = readonly (Shape | undefined)[];

const window: ShapeRule = ({ inputs }) => [[inputs[0]?.elements?.[0] ?? null]];
const saidShape: ShapeRule = ({ node }) => [intsAttribute(node, 'shape')];

export const makingRules: Readonly<Record<string, ShapeRule>> = {
  ConstantOfShape: ({ inputs }) => [inputs[0]?.elements ?? unknownOfRank(inputs[0]?.shape)],
  Range: range,
  RandomNormal: saidShape,
  RandomUniform: saidShape,
  Multinomial: ({ node, inputs }) => [
    [inputs[0]?.shape?.[0] ?? null, intAttribute(node, 'sample_size', 1)],
  ],
  BlackmanWindow: window,
  HammingWindow: window,
  HannWindow: window,
  MelWeightMatrix: ({ inputs }) => [
    [bins(inputs[1]?.elements?.[0] ?? null), inputs[0]?.elements?.[0] ?? null],
  ],
  DFT: fourier,
  STFT: shortFourier,
  Det: ({ inputs }) => [inputs[0]?.shape?.slice(0, -2)],
  NegativeLogLikelihoodLoss: ({ node, inputs }) => [loss(node, inputs[1]?.shape)],
  SoftmaxCrossEntropyLoss: ({ node, inputs }) => [loss(node, inputs[1]?.shape), inputs[0]?.shape],
  ImageDecoder: ({ node }) => [
    [null, null, textAttribute(node, 'pixel_format', 'RGB') === 'Grayscale' ? 1 : 3],
  ],
  StringNormalizer: ({ node, inputs }) => [
    attribute(node, 'stopwords') ? inputs[0]?.shape?.with(-1, null) : inputs[0]?.shape,
  ],
  StringSplit: ({ inputs }) => [inputs[0]?.shape && [...inputs[0].shape, null], inputs[0]?.shape],
  TfIdfVectorizer: ({ node, inputs }) => [
    inputs[0]?.shape && [
      ...inputs[0].shape.slice(0, -1),
      1 + Math.max(...(intsAttribute(node, 'ngram_indexes') ?? [-1])),
    ],
  ],
};

function range({ inputs }: Operands): Result {
  const [start, limit, delta] = [0, 1, 2].map((at): Dim => inputs[at]?.elements?.[0] ?? null);
  if (start === null || limit === null || typeof delta !== 'number' || delta === 0) return [[null]];
  const way = subtractDims(limit!, start!);
  if (typeof limit === 'number' && typeof start === 'number')
    return [[Math.max(0, Math.ceil((limit - start) / delta))]];
  if (!isExpression(way) || !Number.isInteger(delta) || delta < 1) return [[null]];
  return [[notNegative(ceilDivide(way, delta))]];
}

/** Frequencies of a real signal of a length. */
const bins = (length: Dim): Dim => addDims(floorDivide(length, 2), 1);

/** DFT-20: `axis` is an input, an attribute before. A pair of numbers for each frequency. */
function fourier(operands: Operands): Result {
  const { node, inputs, opset } = operands;
  const x = inputs[0]?.shape;
  const said =
    opset < 20 ? intAttribute(node, 'axis', 1) : node.input[2] ? constantOf(operands, 2)?.[0] : -2;
  const axis = x && said !== undefined ? positiveAxis(said, x.length) : undefined;
  if (!x || axis === undefined) return [x?.map(() => null)];
  const length = node.input[1] ? (inputs[1]?.elements?.[0] ?? null) : x[axis]!;
  const oneSided = intAttribute(node, 'onesided', 0) === 1;
  if (!oneSided) return [x.with(axis, length).with(-1, 2)];
  if (intAttribute(node, 'inverse', 0) === 0) return [x.with(axis, bins(length)).with(-1, 2)];
  // The real signal behind half a spectrum; without a length it is the even one.
  const whole = node.input[1] ? length : multiplyDims(addDims(length, -1), 2);
  return [x.with(axis, whole).with(-1, 1)];
}

function shortFourier({ node, inputs }: Operands): Result {
  const signal = inputs[0]?.shape;
  const step = inputs[1]?.elements?.[0] ?? null;
  const length = inputs[3]?.elements?.[0] ?? inputs[2]?.shape?.[0] ?? null;
  const frames = addDims(floorDivide(subtractDims(signal?.[1] ?? null, length), step), 1);
  const count = intAttribute(node, 'onesided', 1) === 1 ? bins(length) : length;
  return [[signal?.[0] ?? null, frames, count, 2]];
}

const loss = (node: Operands['node'], target: Shape | undefined): Shape | undefined =>
  textAttribute(node, 'reduction', 'mean') === 'none' ? target : [];
