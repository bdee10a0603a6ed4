/** "Will fall back" on Qualcomm's chips, held against the layer counts that AI Hub published. */
import { supportList } from '@selvedge/forge';
import { inferValues, judge, type Model, walkNodes } from '@selvedge/onnx';
import { architectures } from '../../scripts/latency-model/architectures/index.ts';
import { type Latency, readLatencies } from '../../scripts/latency-model/latencies.ts';
import { quantisedForm } from '../../scripts/latency-model/quantised-form.ts';
import { sharedData } from '../support/shared-data.ts';
import { isFirstHalf } from './corpus.ts';
import { noScore, type Score, sum } from './score.ts';

export interface FallbackScores {
  /** What the product says, of floating-point and of quantised models. */
  readonly float: Score;
  readonly quantised: Score;
  /** Of quantised models, by the list without what these rows taught it. */
  readonly untaught: Score;
  /** Of quantised models, by what the rows of other models teach. */
  readonly heldOut: Score;
  /** Rows of chips that the catalogue cannot tell apart from those that run all of it. */
  readonly elsewhere: Score;
}

let scored: FallbackScores | undefined;

/** Of ONNX Runtime's rows with models whose public architecture the latency model builds; computed once. */
export function fallbackScores(): FallbackScores {
  scored ??= computedScores();
  return scored;
}

function computedScores(): FallbackScores {
  const models = new Map(architectures.map(({ id, build }) => [id, saidOf(build())]));
  const all = readLatencies(
    `${sharedData}/device-latency/ai-hub-v0.46.1.csv`,
    new Set(models.keys()),
  ).filter(({ id, runtime }) => runtime === 'onnx' && models.has(id));
  const rows = all.filter((row) => !unlikeTheOthers.has(row.device));
  const quantised = rows.filter(({ precision }) => precision !== 'float');
  const score = (of: readonly Latency[], say: (said: Said, id: string) => boolean): Score =>
    of.map((row) => scoreOf(say(models.get(row.id)!, row.id), fell(row))).reduce(sum, noScore);
  const halves = [true, false].map((half) =>
    quantised.filter(({ id }) => isFirstHalf(id) === half),
  );
  const heldOut = halves.map((half, at) => {
    const learned = learn(halves[1 - at]!, models);
    return score(half, ({ features }) => learned.some((feature) => features.has(feature)));
  });
  return {
    float: score(
      rows.filter(({ precision }) => precision === 'float'),
      ({ float }) => float,
    ),
    quantised: score(quantised, (said) => said.quantised),
    untaught: score(quantised, (said) => said.untaught),
    heldOut: heldOut.reduce(sum),
    elsewhere: score(
      all.filter((row) => unlikeTheOthers.has(row.device)),
      (said) => said.quantised,
    ),
  };
}

/**
 * On these ONNX Runtime ran every published model on the CPU, quantised ones too, while QNN itself
 * ran the same models on the NPU. Why, nobody published; the catalogue has none of them.
 */
const unlikeTheOthers: ReadonlySet<string> = new Set([
  'Dragonwing Q-6690 MTP',
  'Dragonwing RB3 Gen 2 Vision Kit',
  'Snapdragon 7 Gen 4 QRD',
]);

const fell = ({ layers }: Latency): boolean => layers.cpu > 0;

/** What the list says of a model, and what there is to learn from it. */
interface Said {
  readonly float: boolean;
  readonly quantised: boolean;
  readonly untaught: boolean;
  /** Operators of its quantised form, with whether weights are stored and how many dimensions there are. */
  readonly features: ReadonlySet<string>;
}

function saidOf(model: Model): Said {
  const list = supportList('qnn')!;
  const quantised = quantisedForm(model);
  const rules = list.rules.map((rule) =>
    rule.evidence?.includes('AI Hub') && rule.where
      ? { ...rule, where: rule.where.filter((one) => !JSON.stringify(one).includes('quantised')) }
      : rule,
  );
  const lacks = (one: Model, by = list) =>
    judge(one, inferValues(one), by).some(({ verdict }) => verdict === 'unsupported');
  return {
    float: lacks(model),
    quantised: lacks(quantised),
    untaught: lacks(quantised, { ...list, rules }),
    features: featuresOf(quantised),
  };
}

function featuresOf(model: Model): Set<string> {
  const inference = inferValues(model);
  const dequantised = new Set(
    model.graph.node.flatMap(({ opType, output }) => (opType === 'DequantizeLinear' ? output : [])),
  );
  const found = new Set<string>();
  for (const { node, scope } of walkNodes(model)) {
    const rank = inference.of(scope.graph, node.output[0] ?? '').shape?.length ?? 0;
    const stored = node.input.some((name) => dequantised.has(name)) ? ' of stored weights' : '';
    found.add(`${node.opType}${stored} in ${rank} dimensions`);
  }
  return found;
}

/** Features that, in these rows, only models that fell back have; the ones that explain most first. */
function learn(rows: readonly Latency[], models: ReadonlyMap<string, Said>): string[] {
  const has = (row: Latency, feature: string) => models.get(row.id)!.features.has(feature);
  const whole = rows.filter((row) => !fell(row));
  const candidates = [...new Set(rows.flatMap(({ id }) => [...models.get(id)!.features]))].filter(
    (feature) => !whole.some((row) => has(row, feature)),
  );
  const learned: string[] = [];
  let open = rows.filter(fell);
  while (open.length > 0) {
    const explains = (feature: string) => open.filter((row) => has(row, feature)).length;
    const best = candidates.reduce<string | undefined>(
      (most, one) => (explains(one) > (most === undefined ? 0 : explains(most)) ? one : most),
      undefined,
    );
    if (best === undefined) break;
    learned.push(best);
    open = open.filter((row) => !has(row, best));
  }
  return learned;
}

const scoreOf = (said: boolean, fellBack: boolean): Score => ({
  nodes: 1,
  found: said && fellBack ? 1 : 0,
  alarms: said && !fellBack ? 1 : 0,
  missed: !said && fellBack ? 1 : 0,
  unknown: 0,
});
