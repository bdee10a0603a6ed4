/**
 * Everything that the toolchain does to a model without running it, in one pass over one model: the
 * same in Node and in a browser's worker.
 */
import * as onnx from '@selvedge/onnx';

export interface OnnxWork {
  /** What was found out, as JSON. */
  readonly facts: string;
  /** SHA-256 of each model that was made, and of the one that was read, written again. */
  readonly digests: Readonly<Record<string, string>>;
}

export async function onnxWork(bytes: Uint8Array): Promise<OnnxWork> {
  const model = onnx.readModel(bytes);
  const ranges = new Map(onnx.observableValues(model).map((name) => [name, { min: -2, max: 2 }]));
  const free = onnx.freeDimensions(model).map(({ name }) => [name, 1] as const);
  const made: Readonly<Record<string, () => onnx.Model>> = {
    same: () => model,
    fp16: () => onnx.toFloat16(model).model,
    'int8-dynamic': () => onnx.quantizeDynamic(model).model,
    int8: () => onnx.quantizeStatic(model, ranges).model,
    int4: () => onnx.quantizeWeights4(model).model,
    folded: () => onnx.foldBatchNorm(onnx.foldConstants(model).model).model,
    fixed: () => onnx.fixDimensions(model, Object.fromEntries(free)).model,
  };
  const digests: Record<string, string> = {};
  for (const [name, make] of Object.entries(made)) digests[name] = await digestOf(make());
  const { nodes, workload } = onnx.countModel(model);
  // All of the package is in the bundle, whatever this function uses of it.
  const names = Object.keys(onnx).sort();
  return { facts: JSON.stringify([onnx.inspectModel(model), workload, nodes, names]), digests };
}

async function digestOf(model: onnx.Model): Promise<string> {
  const bytes = onnx.concat(onnx.writeModel(model)) as Uint8Array<ArrayBuffer>;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
