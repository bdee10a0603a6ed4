/**
 * The forge's conversions in a process of their own, as an application would call them:
 *
 *     node selvedge-quantise.ts job.json
 *
 * The process is there for one conversion, so an engine, where one is needed, runs inside it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import {
  concat,
  type Model,
  type PassResult,
  quantizeDynamic,
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
  const { model, report } = await convert(readModel(readFileSync(job.model)));
  if (report.skipped !== undefined) return { failed: report.skipped };
  writeFileSync(job.output, concat(writeModel(model)));
  const workMs = performance.now() - started;
  return { workMs, peakKiB: peakMemory(), how: `${report.changed.length} nodes` };
}

async function convert(model: Model): Promise<PassResult> {
  const { block = 32, symmetric = false } = job;
  switch (job.pass) {
    case 'static':
      return (await import('./selvedge-static.ts')).convertStatic(model, job);
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
function otherThan({ graph }: Model, op: string): string[] {
  return graph.node.filter(({ opType }) => opType !== op).map(({ output }) => output[0] ?? '');
}

function peakMemory(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN);
}
