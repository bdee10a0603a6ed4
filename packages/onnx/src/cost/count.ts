import type { Workload } from '@selvedge/core/release';
import { storedTensors, walkNodes } from '../graph/walk.ts';
import { countOf } from '../shape/facts.ts';
import { inferValues } from '../shape/infer.ts';
import type { InferenceOptions } from '../shape/inference-options.ts';
import type { Model } from '../wire/model.ts';
import { GraphCounter, type NodeCount } from './graph-counter.ts';
import { kernelsOf, type NodeKernel, sumKernels } from './kernels/kernels.ts';
import { storedBytes, tableBytes } from './value-bytes.ts';

export interface ModelCounts {
  readonly workload: Workload;
  readonly nodes: readonly NodeCount[];
  /** The kernel of each of them; undefined where none runs. */
  readonly kernels: readonly (NodeKernel | undefined)[];
  /** Bytes of everything that the model stores, read or not. */
  readonly storedBytes: number;
  /** Values of the main graph whose shape is not known: what an observation could complete. */
  readonly unknownShapes: readonly string[];
}

/**
 * What one inference costs: multiply-accumulates, bytes of weights and activations, and an upper
 * bound of memory when nodes run in order and each value is kept until its last reader is done.
 *
 * Of an If the branch counts that is known to be taken, else the costlier one; the body of a Loop
 * or Scan counts as often as it is known to run, else once, and the operator is then named. A
 * function's body counts where it is called. One comparison of a decision tree counts as one
 * multiply-accumulate. Quantised values count at their width, not as the floats between
 * DequantizeLinear and QuantizeLinear, which integer kernels never make. Whatever could not be
 * counted is named in `workload.uncounted`, and the figures are then lower bounds.
 */
export function countModel(model: Model, options: InferenceOptions = {}): ModelCounts {
  const inference = inferValues(model, options);
  const counter = new GraphCounter(inference);
  const main = counter.graph(model.graph);
  let stored = 0;
  for (const tensor of storedTensors(model)) stored += storedBytes(tensor);
  for (const { node } of walkNodes(model)) stored += tableBytes(node);
  const names = [
    ...model.graph.input.map(({ name }) => name),
    ...model.graph.node.flatMap(({ output }) => output),
  ];
  const kernels = kernelsOf(
    model,
    inference,
    main.nodes.map(({ macs }) => macs),
  );
  return {
    workload: {
      macs: main.macs,
      weightBytes: Math.round([...main.reads.values()].reduce((sum, bytes) => sum + bytes, 0)),
      activationBytes: main.activationBytes,
      peakMemoryBytes: stored + main.peak,
      nodes: main.executed,
      kernels: sumKernels(kernels),
      ...(counter.uncounted.size > 0 && { uncounted: [...counter.uncounted].sort() }),
    },
    nodes: main.nodes,
    kernels,
    storedBytes: stored,
    unknownShapes: names.filter((name): name is string => {
      const { shape, sequence, optional } = inference.of(model.graph, name ?? '');
      return !!name && !sequence && !optional && countOf(shape) === undefined;
    }),
  };
}
