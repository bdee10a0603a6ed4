/** "Will fall back" on Qualcomm's chips, held against the layer counts that AI Hub published. */
import { supportList } from '@selvedge/forge';
import { inferValues, judge, type Model, walkNodes } from '@selvedge/onnx';
import { architectures } from '../../scripts/latency-model/architectures/index.ts';
import { type Latency, readLatencies } from '../../scripts/latency-model/latencies.ts';
import { sharedData } from '../support/shared-data.ts';
import { noScore, type Score, sum } from './score.ts';

/** Rows of one runtime: by the operator list alone, and with what the rows themselves teach. */
export interface FallbackScores {
  readonly runtime: string;
  readonly byList: Score;
  readonly learned: Score;
}

/** What of a model decides, whatever it runs on. */
interface Traits {
  readonly unsupported: boolean;
  readonly gelu: boolean;
}

/** Rows of the models whose public architecture the latency model builds, each a prediction. */
export function fallbackScores(): FallbackScores[] {
  const ids = new Set(architectures.map(({ id }) => id));
  const traits = new Map(architectures.map(({ id, build }) => [id, traitsOf(build())]));
  const rows = readLatencies(`${sharedData}/device-latency/ai-hub-v0.46.1.csv`, ids);
  return ['onnx', 'qnn_dlc', 'tflite'].map((runtime) => {
    let [byList, learned] = [noScore, noScore];
    for (const row of rows) {
      const model = traits.get(row.id);
      if (row.runtime !== runtime || !model) continue;
      const fell = row.layers.cpu > 0;
      byList = sum(byList, scoreOf(model.unsupported, fell));
      learned = sum(learned, scoreOf(model.unsupported || teaches(row, model), fell));
    }
    return { runtime, byList, learned };
  });
}

function traitsOf(model: Model): Traits {
  const verdicts = judge(model, inferValues(model), supportList('qnn')!);
  const operators = new Set([...walkNodes(model)].map(({ node }) => node.opType));
  return {
    unsupported: verdicts.some(({ verdict }) => verdict === 'unsupported'),
    gelu: operators.has('Gelu') || operators.has('Erf'),
  };
}

/** On these ONNX Runtime ran every published model on the CPU, quantised ones being all there are. */
const withoutProvider: ReadonlySet<string> = new Set([
  'Dragonwing Q-6690 MTP',
  'Dragonwing RB3 Gen 2 Vision Kit',
  'Snapdragon 7 Gen 4 QRD',
]);

/**
 * Two things that no operator list says, read off the rows: chips that ONNX Runtime's QNN provider
 * does not reach, and GELU in quantised models: between its quantised parts the Erf stands alone,
 * four to six layers each, where the provider runs a whole GELU only.
 */
const teaches = ({ runtime, device, precision }: Latency, { gelu }: Traits): boolean =>
  runtime === 'onnx' && (withoutProvider.has(device) || (precision !== 'float' && gelu));

const scoreOf = (said: boolean, fell: boolean): Score => ({
  nodes: 1,
  found: said && fell ? 1 : 0,
  alarms: said && !fell ? 1 : 0,
  missed: !said && fell ? 1 : 0,
  unknown: 0,
});
