import type { Kernels, KernelWork } from '@selvedge/core/release';
import { indexGraph } from '../../graph/graph-index.ts';
import type { Inference } from '../../shape/infer.ts';
import type { Model } from '../../wire/model.ts';
import { type KernelClass, type KernelFacts, kernelClassOf } from './kernel-class.ts';
import { addWork, kernelWork } from './kernel-work.ts';

/** The kernel of one node of the main graph. */
export interface NodeKernel {
  readonly kernel: KernelClass;
  readonly work: KernelWork;
}

/**
 * The kernels that run the main graph, by node; undefined for a node that none runs. What stands in
 * subgraphs is not looked at.
 *
 * @param macs of each node, as `countModel` counts them
 */
export function kernelsOf(
  model: Model,
  inference: Inference,
  macs: readonly number[],
): (NodeKernel | undefined)[] {
  const { graph } = model;
  const index = indexGraph(graph);
  const shapeOf = (name: string) =>
    (inference.of(graph, name).shape ?? []).map((size) => size ?? 1);
  const images = new Map<string, boolean>();
  const isImage = (name: string) => images.get(name) ?? shapeOf(name).length === 4;
  return graph.node.map((node, at) => {
    const [output = ''] = node.output;
    const [first = ''] = node.input;
    const alone = index.consumers.get(first)?.length === 1 && !index.outputs.has(first);
    const facts: KernelFacts = {
      inputs: node.input.map(shapeOf),
      stored: node.input.map((name) => index.initializers.has(name)),
      output: shapeOf(output),
      after: alone ? index.producers.get(first)?.opType : undefined,
    };
    const op = node.opType ?? '';
    const from = node.input.find((name) => name && !index.initializers.has(name)) ?? '';
    const given = from !== '' && isImage(from);
    const made = imageMakers.has(op) || (given && !imageBreakers.has(op));
    for (const name of node.output) images.set(name, made && shapeOf(name).length >= 4);
    const kernel = kernelClassOf(node, facts);
    if (kernel === undefined) return undefined;
    const image = imageMakers.has(op) || (given && op !== 'MatMul' && op !== 'Gemm');
    return { kernel, work: kernelWork(kernel, facts, macs[at] ?? 0, image) };
  });
}

/** Sums by kernel class. */
export function sumKernels(nodes: readonly (NodeKernel | undefined)[]): Kernels {
  const sums: Record<string, KernelWork> = {};
  for (const one of nodes) if (one) sums[one.kernel] = addWork(sums[one.kernel], one.work);
  return sums;
}

const imageMakers = new Set([
  ...['Conv', 'ConvInteger', 'QLinearConv', 'ConvTranspose', 'MaxPool', 'AveragePool', 'LpPool'],
  ...['GlobalAveragePool', 'GlobalMaxPool', 'Resize', 'DepthToSpace', 'SpaceToDepth'],
]);
/** After these a tensor's channels are last, or anywhere. */
const imageBreakers = new Set(['Reshape', 'Transpose', 'MatMul', 'Gemm', 'Flatten', 'Gather']);
