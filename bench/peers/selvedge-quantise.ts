/**
 * The forge's conversions in a process of their own, as an application would call them:
 *
 *     node selvedge-quantise.ts job.json
 *
 * The process is there for one conversion, so its engine runs inside it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createOrtEngine, type OrtEngine } from '@selvedge/engines/ort-node';
import { type CalibrateOptions, calibrate } from '@selvedge/forge/calibrate';
import { readDataset } from '@selvedge/forge/dataset';
import {
  concat,
  inspectModel,
  type Model,
  type PassResult,
  quantizeDynamic,
  quantizeStatic,
  quantizeWeights4,
  readModel,
  toFloat16,
  writeModel,
} from '@selvedge/onnx';
import type { ConversionJob, ConversionReport } from './conversion.ts';

const started = performance.now();
const job: ConversionJob = JSON.parse(readFileSync(process.argv[2]!, 'utf8'));
process.stdout.write(`${JSON.stringify(await report())}\n`);

async function report(): Promise<ConversionReport> {
  const engine = createOrtEngine({ isolation: 'none' });
  try {
    const { model, report } = await convert(engine, readModel(readFileSync(job.model)));
    if (report.skipped !== undefined) return { failed: report.skipped };
    writeFileSync(job.output, concat(writeModel(model)));
    const peakKiB = peakMemory();
    return { workMs: performance.now() - started, peakKiB, how: `${report.changed.length} nodes` };
  } finally {
    await engine.close();
  }
}

async function convert(engine: OrtEngine, model: Model): Promise<PassResult> {
  const { block = 32, symmetric = false } = job;
  switch (job.pass) {
    case 'static':
      return convertStatic(engine, model);
    case 'dynamic':
      // Without reduce_range, as the peer.
      return quantizeDynamic(model, { weightBits: 8 });
    case 'int4':
      return quantizeWeights4(model, { block, symmetric, keepNodes: otherThan(model, 'MatMul') });
    case 'fp16':
      return toFloat16(model);
  }
}

/** The peer's MatMulNBits stands for MatMul alone. */
const otherThan = ({ graph }: Model, op: string): string[] =>
  graph.node.filter(({ opType }) => opType !== op).map(({ output }) => output[0] ?? '');

async function convertStatic(engine: OrtEngine, model: Model): Promise<PassResult> {
  const dataset = await readDataset(job.calibration, inspectModel(model).inputs);
  const options: CalibrateOptions = job.method ? { method: job.method } : {};
  const learned = await calibrate(engine, model, dataset, options);
  await dataset.close();
  if ('skipped' in learned)
    return { model, report: { changed: [], left: [], warnings: [], skipped: learned.skipped } };
  const { ranges, means, moments } = learned;
  return quantizeStatic(model, ranges, { means, moments });
}

function peakMemory(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN);
}
