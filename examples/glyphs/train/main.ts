/**
 * Trains the family: `node scripts/run.mjs examples/glyphs/train/main.ts [size…]`.
 *
 * Each size is trained from three seeds; the best one's weights are written to `weights/`, and
 * what all of them reached on the evaluation set to `weights/<size>.json`. Takes minutes a size.
 */
import { writeFileSync } from 'node:fs';
import { type Size, sizes } from '../src/architecture.ts';
import { drawSamples, evaluationCount, evaluationSeed } from '../src/samples.ts';
import { accuracy, fit, type Schedule } from './fit.ts';
import type { Network } from './network.ts';

const seeds = [1, 2, 3];
const schedules: Readonly<Record<Size, Schedule>> = {
  small: { batches: 5000, batchSize: 72, peakRate: 0.004 },
  medium: { batches: 5000, batchSize: 72, peakRate: 0.003 },
  large: { batches: 5000, batchSize: 72, peakRate: 0.003 },
};

const wanted = process.argv.slice(2);
const evaluation = drawSamples(evaluationSeed, evaluationCount);
for (const size of sizes) if (wanted.length === 0 || wanted.includes(size)) train(size);

function train(size: Size): void {
  const schedule = schedules[size];
  const runs = seeds.map((seed) => {
    const network = fit(size, seed, schedule, (done, loss) => {
      if (done % 500 === 0)
        process.stderr.write(
          `${size} seed ${seed}: ${done}/${schedule.batches} loss ${loss.toFixed(3)}\n`,
        );
    });
    const reached = accuracy(network, evaluation);
    process.stderr.write(`${size} seed ${seed}: accuracy ${reached.toFixed(4)}\n`);
    return { seed, accuracy: reached, network };
  });
  const best = runs.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
  writeFileSync(new URL(`../weights/${size}.bin`, import.meta.url), serialise(best.network));
  const record = {
    size,
    schedule,
    evaluation: { seed: evaluationSeed, count: evaluationCount },
    chosen: best.seed,
    runs: runs.map(({ seed, accuracy }) => ({ seed, accuracy })),
  };
  writeFileSync(
    new URL(`../weights/${size}.json`, import.meta.url),
    `${JSON.stringify(record, null, 2)}\n`,
  );
}

/** Little-endian float32: each layer's weights, then its biases. */
function serialise(network: Network): Uint8Array {
  const parts = network.layers.flatMap((_, i) => [network.weights[i]!, network.biases[i]!]);
  const values = parts.flatMap((part) => [...part]);
  const out = new DataView(new ArrayBuffer(4 * values.length));
  for (const [i, value] of values.entries()) out.setFloat32(4 * i, value, true);
  return new Uint8Array(out.buffer);
}
