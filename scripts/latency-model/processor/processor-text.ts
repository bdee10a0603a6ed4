import type { Bounds } from '../validate.ts';
import type { Machine, Measured } from './measured.ts';

interface Report {
  readonly machine: Machine;
  readonly rows: readonly (Measured & {
    readonly predicted: number;
    /** The catalogue's figures were set with it. */
    readonly used: boolean;
  })[];
  /** Of measured over predicted, on one thread. */
  readonly bounds: Bounds;
  /** Models that bounds from all others hold, and how many there are. */
  readonly held: number;
  readonly of: number;
  /** Median relative error on one thread. */
  readonly error: number;
  /** The same with cpu-x64's peak as it is listed. */
  readonly asListed: number;
}

/** docs/latency-processors.md: what estimates for processors are worth. */
export function processorText({
  machine,
  rows,
  bounds,
  held,
  of,
  error,
  asListed,
}: Report): string {
  const { processor, cores, memoryGb } = machine;
  return `# What estimates for processors are worth

Written by \`scripts/latency-model/processor/validate.ts\`; do not edit.

The catalogue's processors (\`cpu-x64\`, \`cpu-arm64\`, and those beside an NPU) are estimated by a roofline: cores × clock × lanes × pipes, the part of that which ONNX Runtime's kernels reach, a start and a cost of each operator. Efficiency, start and dispatch were set with three of the models below, on a Xeon too: these are no test of them and are left out of the error and the interval.

Measured: ${new Set(rows.map(({ file }) => file)).size} models in fp32 through ONNX Runtime's CPU provider in a process of its own, on ${cores} cores of a shared server (${processor}, AVX-512 at 2.6 GHz, ${memoryGb} GB). Nothing else was at work in that machine, and of its neighbours nothing is known: the fastest tenth of the runs is taken for what a model takes undisturbed, and the median stands beside it. On all cores they are further apart than on one; the interval is made from one thread.

On one thread the error of the ${of} others is ${(100 * error).toFixed(0)} % in the middle, with the peak of that machine's cores. That peak was written down after it was seen that \`cpu-x64\` as it is listed (AVX2 at 3 GHz) is off by ${(100 * asListed).toFixed(0)} % in the middle on them, so it explains the difference and is not a prediction made blind. An interval meant for nine in ten goes from ${bounds.low.toFixed(2)} to ${bounds.high.toFixed(2)} times the prediction, by a log-normal's prediction interval; made from all other models it held ${held} of ${of}, which is too few to call it nine in ten. Estimates for every processor are given that interval. It is of one processor, one precision and few models: on other processors, with integers, or where others share the machine, nothing was measured, and what their catalogue's figures assume adds to it.

| model | threads | runs | fastest tenth | median | predicted | measured / predicted |
| --- | --- | --- | --- | --- | --- | --- |
${rows
  .map(({ file, threads, runs, ms, medianMs, predicted, used }) => {
    const cells = [ms, medianMs, predicted].map((one) => `${Number(one.toPrecision(3))} ms`);
    return `| ${[used ? `${file} (used)` : file, threads, runs, ...cells, (ms / predicted).toFixed(2)].join(' | ')} |`;
  })
  .join('\n')}
`;
}
