/** "Will fall back" on Qualcomm's chips, held against the layer counts that AI Hub published. */
import { supportList } from '@selvedge/forge';
import { inferValues, judge, type Model } from '@selvedge/onnx';
import { architectures } from '../../scripts/latency-model/architectures/index.ts';
import { type Latency, readLatencies } from '../../scripts/latency-model/latencies.ts';
import { quantisedForm } from '../../scripts/latency-model/quantised-form.ts';
import { sharedData } from '../support/shared-data.ts';
import { noScore, type Score, sum } from './score.ts';

/** Rows of one runtime: by the operator list alone, and with what the rows themselves teach. */
export interface FallbackScores {
  readonly runtime: string;
  readonly byList: Score;
  readonly learned: Score;
}

/** Rows of the models whose public architecture the latency model builds, each a prediction. */
export function fallbackScores(): FallbackScores[] {
  const ids = new Set(architectures.map(({ id }) => id));
  const lacking = new Map(
    architectures.map(({ id, build }) => [
      id,
      { float: lacks(build()), quantised: lacks(quantisedForm(build())) },
    ]),
  );
  const rows = readLatencies(`${sharedData}/device-latency/ai-hub-v0.46.1.csv`, ids);
  return ['onnx', 'qnn_dlc', 'tflite'].map((runtime) => {
    let [byList, learned] = [noScore, noScore];
    for (const row of rows) {
      const model = lacking.get(row.id);
      if (row.runtime !== runtime || !model) continue;
      const fell = row.layers.cpu > 0;
      // The list is that of ONNX Runtime's provider: other runtimes convert quantised models whole.
      const said = runtime === 'onnx' && row.precision !== 'float' ? model.quantised : model.float;
      byList = sum(byList, scoreOf(said, fell));
      learned = sum(learned, scoreOf(said || isUnreached(row), fell));
    }
    return { runtime, byList, learned };
  });
}

const lacks = (model: Model): boolean =>
  judge(model, inferValues(model), supportList('qnn')!).some(
    ({ verdict }) => verdict === 'unsupported',
  );

/** On these ONNX Runtime ran every published model on the CPU: their NPUs have no floating point. */
const withoutFloat: ReadonlySet<string> = new Set([
  'Dragonwing Q-6690 MTP',
  'Dragonwing RB3 Gen 2 Vision Kit',
  'Snapdragon 7 Gen 4 QRD',
]);

const isUnreached = ({ runtime, device }: Latency): boolean =>
  runtime === 'onnx' && withoutFloat.has(device);

const scoreOf = (said: boolean, fell: boolean): Score => ({
  nodes: 1,
  found: said && fell ? 1 : 0,
  alarms: said && !fell ? 1 : 0,
  missed: !said && fell ? 1 : 0,
  unknown: 0,
});
