/**
 * Measures the models of `$SELVEDGE_DATA/models` on this machine's processor:
 * `node scripts/latency-model/processor/measure.ts` → measured.json, which validate.ts reads.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { graphCost } from '@selvedge/engines/emulated';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import { findInputs } from '@selvedge/forge';
import { quantile } from '../validate.ts';
import type { Machine, Measured } from './measured.ts';

const root = resolve(import.meta.dirname, '../../..');
const directory = resolve(process.env.SELVEDGE_DATA ?? resolve(root, '../shared/data'), 'models');

/** Each model is run for so long, and at least so often. */
const spend = { ms: 1500, runs: 15 } as const;

const files = readdirSync(directory).filter((name) => name.endsWith('.onnx'));
const cores = cpus().length;
const rows: Measured[] = [];
for (const threads of [1, cores]) {
  for (const file of files) {
    const row = await measure(file, threads);
    if (row !== undefined) rows.push(row);
    console.log(file, threads, row?.ms ?? 'counts as no network: left out');
  }
}
const machine: Machine = {
  processor: cpus()[0]?.model ?? 'unknown',
  cores,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  rows,
};
writeFileSync(
  resolve(import.meta.dirname, 'measured.json'),
  `${JSON.stringify(machine, undefined, 2)}\n`,
);

async function measure(file: string, threads: number): Promise<Measured | undefined> {
  const model = new Uint8Array(readFileSync(resolve(directory, file)));
  const engine = createOrtEngine({ threads });
  try {
    const session = await engine.load({ model, name: file });
    const found = await findInputs(session, 1);
    if ('refused' in found) return undefined;
    const shapes = new Map(Object.entries(found.inputs).map(([name, { shape }]) => [name, shape]));
    const { workload, precision } = graphCost({ model, name: file })(shapes);
    if (workload.macs === 0 || workload.uncounted?.length) return undefined;
    const times: number[] = [];
    for (const began = performance.now(); ; ) {
      times.push((await session.run(found.inputs)).computeMs);
      if (performance.now() - began > spend.ms && times.length > spend.runs) break;
    }
    const { macs, nodes, weightBytes, activationBytes, peakMemoryBytes } = workload;
    const counted = { macs, nodes, weightBytes, activationBytes, peakMemoryBytes };
    // Others share the machine: the fastest tenth is what it takes when they leave it alone.
    const [ms, medianMs] = [quantile(times, 0.1), quantile(times, 0.5)];
    return { file, precision, threads, ms, medianMs, runs: times.length, workload: counted };
  } finally {
    await engine.close();
  }
}
