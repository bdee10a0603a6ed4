import type { WrittenDataset } from '@selvedge/forge/dataset';
import type { Tensor, Tensors } from '@selvedge/infer/engine';
import { inspectModel, type Model } from '@selvedge/onnx';
import type { Tensor as OrtTensor } from 'onnxruntime-node';
import { runDataset } from '../../tests/support/run-dataset.ts';

/**
 * A sequence as samples that stand alone: every input of the model, states and constants included,
 * with the values that it had when the float model went through the sequence.
 */
export async function unrolled(model: Model, dataset: WrittenDataset): Promise<Tensors> {
  const inputs = inspectModel(model).inputs.map(({ name }) => name);
  const seen = new Map<string, OrtTensor[]>(inputs.map((name) => [name, []]));
  await runDataset(model, dataset, (values) => {
    for (const name of inputs) seen.get(name)!.push(values[name]!);
  });
  return Object.fromEntries([...seen].map(([name, tensors]) => [name, stacked(tensors)]));
}

function stacked(tensors: readonly OrtTensor[]): Tensor {
  const [first] = tensors;
  const { type, dims, data } = first!;
  const all = (data as Float32Array).constructor as Float32ArrayConstructor;
  const joined = new all(data.length * tensors.length);
  for (const [at, tensor] of tensors.entries())
    joined.set(tensor.data as Float32Array, at * data.length);
  return { type, shape: [tensors.length, ...dims], data: joined } as Tensor;
}
