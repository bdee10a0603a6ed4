/**
 * Fits the latency model to published latencies, validates it and writes what the product needs:
 * `node scripts/latency-model/main.ts` → packages/core/src/device/latency/calibrations.ts and
 * docs/latency-model.md. The latencies are not in the repository (`SELVEDGE_DATA`).
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { kernelMix, latencyTerms } from '@selvedge/core/device';
import { countModel } from '@selvedge/onnx';
import { architectures } from './architectures/index.ts';
import { calibrationsText, knownNetworksText } from './calibrations-text.ts';
import { predictFallback } from './fallback.ts';
import { fitLatencies, type Group, type Sample } from './fit.ts';
import { readLatencies } from './latencies.ts';
import { reportText } from './report-text.ts';
import { rooflineOf } from './roofline.ts';
import { fitSimilarity } from './similarity.ts';
import { type HeldOut, leaveFamiliesOut, median, relativeError } from './validate.ts';

const root = resolve(import.meta.dirname, '../..');
const data = process.env.SELVEDGE_DATA ?? resolve(root, '../shared/data');

/** `float` runs as fp16; w8a16 has weights of one byte and activations of two. */
const precisions = ['float', 'w8a8', 'w8a16'];
const runtimes = ['onnx', 'qnn_dlc', 'tflite'];

const built = architectures.map((one) => {
  const { workload } = countModel(one.build());
  return { ...one, workload, family: one.family ?? one.id };
});
const byId = new Map(built.map((one) => [one.id, one]));
const all = readLatencies(resolve(data, 'device-latency/ai-hub-v0.46.1.csv'), new Set(byId.keys()));
const known = all.filter(({ id }) => byId.has(id));
/** What runs wholly on the NPU: where layers are left to others, partitions are predicted instead. */
const whole = known.filter(
  ({ layers, precision, runtime }) =>
    layers.cpu === 0 &&
    layers.gpu === 0 &&
    precisions.includes(precision) &&
    runtimes.includes(runtime),
);
const samples: Sample[] = whole.map(({ id, ms, device, runtime, precision }) => {
  const { workload, family } = byId.get(id)!;
  const terms = latencyTerms(workload.kernels ?? {});
  const mix = kernelMix(workload.kernels ?? {});
  return { id, family, ms, terms, mix, group: { device, runtime, precision } };
});
const keyOf = (group: Group) => `${group.device}|${group.runtime}|${group.precision}`;
const groups = [...new Map(samples.map(({ group }) => [keyOf(group), group])).values()];

const fallback = predictFallback(all, byId);

const began = performance.now();
const fitAll = (from: readonly Sample[], all: readonly Group[]) =>
  fitSimilarity(from, fitLatencies(from, all));
const heldOut = leaveFamiliesOut(samples, groups, fitAll);
const fit = fitAll(samples, groups);
const leaveOut = (keyOf: (sample: Sample) => string) =>
  leaveFamiliesOut(
    samples.map((one) => ({ ...one, family: keyOf(one) })),
    groups,
    fitAll,
  );
const models = leaveOut(({ id }) => id);
const devices = leaveOut(({ group }) => group.device);
const work = new Map(built.map(({ id, workload }) => [id, JSON.stringify(workload.kernels)]));
const architecturesOut = leaveOut(({ id }) => work.get(id)!);
const roofline = rooflineOf(samples, (id) => byId.get(id)!.workload);
console.log(`${samples.length} latencies of ${new Set(samples.map(({ id }) => id)).size} networks`);
console.log(`fitted and validated in ${((performance.now() - began) / 1000).toFixed(0)} s`);
const told = (rows: readonly HeldOut[]) =>
  `${(100 * median(rows.map(relativeError))).toFixed(1)} %`;
console.log(`median error: families held out ${told(heldOut)}, networks held out ${told(models)}`);
console.log(`architectures held out ${told(architecturesOut)}, devices ${told(devices)}`);
console.log(`of the catalogue's figures alone ${told(roofline)}`);

writeFileSync(
  resolve(root, 'packages/core/src/device/latency/calibrations.ts'),
  calibrationsText({ fit, heldOut, roofline }),
);
writeFileSync(
  resolve(root, 'packages/core/src/device/latency/known-networks.ts'),
  knownNetworksText(fit),
);
writeFileSync(
  resolve(root, 'docs/latency-model.md'),
  reportText({
    fallback,
    heldOut,
    models,
    architectures: architecturesOut,
    devices,
    roofline,
    fit,
    samples,
    built,
    published: all.length,
    modelled: known.length,
  }),
);
