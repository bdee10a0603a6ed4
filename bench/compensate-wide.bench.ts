import {
  graphBuilder,
  type Model,
  MomentCollector,
  momentRequests,
  quantizeWeights4,
} from '@selvedge/onnx';
import type { Benchmark } from './bench.ts';

const goal = 1.5;
const outputs = 256;
const [narrow, wide] = [1024, 2048];

const wave = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, at) => Math.sin(at * at * 0.37));

function product(inputs: number): Model {
  const g = graphBuilder('wide', { opset: 17 });
  const x = g.input('x', 'float32', [1, inputs]);
  const w = g.constant('w', [inputs, outputs], wave(inputs * outputs));
  g.output(g.node('MatMul', [x, w], {}, 'y'), 'float32', [1, outputs]);
  return g.build();
}

/** Microseconds for each weight of a layer, whose inputs go together in tens. */
function roundingTime(inputs: number): number {
  const model = product(inputs);
  const collector = new MomentCollector(momentRequests(model));
  const noise = wave(256 * inputs);
  const rows = noise.map((value, at) => 0.3 * value + noise[Math.floor(at / 10)]!);
  collector.add('x', rows, [256, inputs]);
  const moments = collector.moments();
  const started = performance.now();
  quantizeWeights4(model, { moments });
  const took = performance.now() - started;
  return (1000 * took) / (inputs * outputs);
}

const benchmark: Benchmark = {
  question: 'Does a weight of a layer with twice the inputs take longer to round?',
  goal: `rounding that makes up for its errors: at most ${goal} times the time for each weight`,
  async run() {
    const narrowUs = Math.min(...[1, 2, 3].map(() => roundingTime(narrow)));
    const wideUs = Math.min(...[1, 2].map(() => roundingTime(wide)));
    return {
      figures: { narrowUs, wideUs },
      ratio: narrowUs / wideUs,
      ok: wideUs <= goal * narrowUs,
      note: `${narrow} and ${wide} inputs, ${outputs} outputs: moments come in squares of at most 1024`,
    };
  },
};
export default benchmark;
