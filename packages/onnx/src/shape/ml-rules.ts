/** Shapes of ai.onnx.ml operators (onnx docs/Operators-ml.md). */
import { attribute, intAttribute, intsAttribute } from '../graph/attribute.ts';
import type { NodeProto } from '../wire/messages.ts';
import { type Dim, productOf } from './dimension.ts';
import { type Operands, type Shape, type ShapeRule, words } from './facts.ts';

type Result = readonly (Shape | undefined)[];

const likeFirst: ShapeRule = ({ inputs }) => [inputs[0]?.shape];
const named = (names: string, rule: ShapeRule) =>
  Object.fromEntries(words(names).map((name) => [`ai.onnx.ml:${name}`, rule] as const));

export const mlRules: Readonly<Record<string, ShapeRule>> = {
  ...named('Binarizer CategoryMapper Imputer LabelEncoder Normalizer Scaler', likeFirst),
  ...named('ArrayFeatureExtractor', ({ inputs }) => {
    const picked = productOf(inputs[1]?.shape ?? [null]);
    return [inputs[0]?.shape && [...outer(inputs[0].shape), picked]];
  }),
  ...named('FeatureVectorizer', ({ node, inputs }) => [
    [
      samples(inputs[0]?.shape),
      (intsAttribute(node, 'inputdimensions') ?? []).reduce((a, b) => a + b, 0) || null,
    ],
  ]),
  ...named('OneHotEncoder', ({ node, inputs }) => [
    inputs[0]?.shape && [
      ...inputs[0].shape,
      countOfList(node, 'cats_int64s') || countOfList(node, 'cats_strings'),
    ],
  ]),
  ...named('TreeEnsembleClassifier', classifier),
  ...named('LinearClassifier', classifier),
  ...named('SVMClassifier', ({ inputs }) => [
    [samples(inputs[0]?.shape)],
    [samples(inputs[0]?.shape), null],
  ]),
  ...named('TreeEnsembleRegressor TreeEnsemble', regressor('n_targets')),
  ...named('LinearRegressor', regressor('targets')),
  ...named('SVMRegressor', ({ inputs }) => [[samples(inputs[0]?.shape), 1]]),
};

/** Samples are rows; a single row may come without its axis. */
const samples = (x: Shape | undefined): Dim => (x ? (x.length < 2 ? 1 : x[0]!) : null);

const outer = (shape: Shape): Shape => (shape.length < 2 ? [1] : shape.slice(0, -1));

function countOfList(node: NodeProto, name: string): number {
  const list = attribute(node, name);
  return list ? list.ints.length || list.strings.length || list.floats.length : 0;
}

/** A label a row, and a score for every label. */
function classifier({ node, inputs }: Operands): Result {
  const rows = samples(inputs[0]?.shape);
  const labels = ['classlabels_strings', 'classlabels_int64s', 'classlabels_ints'];
  const count = Math.max(...labels.map((name) => countOfList(node, name)));
  return [[rows], [rows, count || null]];
}

function regressor(targets: string): ShapeRule {
  return ({ node, inputs }) => [[samples(inputs[0]?.shape), intAttribute(node, targets, 1)]];
}
