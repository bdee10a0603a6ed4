import { makeNode, makeTensor } from '../build/make.ts';
import { intAttribute, isDefaultDomain } from '../graph/attribute.ts';
import { mapGraphs } from '../graph/map-graphs.ts';
import type { Scope } from '../graph/walk.ts';
import { findConstant } from '../pass/constants.ts';
import { NamePool } from '../pass/name-pool.ts';
import { Replacements } from '../pass/replacements.ts';
import type { Report } from '../pass/report.ts';
import { dataTypes } from '../tensor/data-type.ts';
import { isAllFinite } from '../tensor/finite.ts';
import { floatValues, tensorShape } from '../tensor/values.ts';
import { edit } from '../wire/message.ts';
import type { NodeProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { quantizeWeights } from './weights.ts';

interface Stored {
  readonly values: string;
  readonly scales: string;
}

interface Kernels {
  readonly name: string;
  readonly dims: readonly number[];
  readonly axis: 0 | 1;
  values(): Float32Array;
}

/** Bytes of two nodes and a tensor more. */
const overhead = 320;

/**
 * Stores the weights of grouped and transposed convolutions in 8 bits with a scale per channel. They
 * compute in float32 as before: one range for all channels of what they read would lose the small
 * ones, and their weights lose next to nothing. Engines multiply them out when they load the model.
 */
export function storeKernels(
  model: Model,
  { keepNodes }: { readonly keepNodes: readonly string[] },
  report: Report,
): Model {
  const names = new NamePool(model);
  const stored = new Replacements<Stored>();
  return mapGraphs(model, (graph, scope) => {
    const node = graph.node.flatMap((entry) => {
      const isKept = keepNodes.some((name) => name === entry.name || name === entry.output[0]);
      const kernels = isKept ? undefined : readKernels(entry, scope);
      if (!kernels) return entry;
      report.change(entry);
      const { name, dims, axis } = kernels;
      const form = stored.form(scope, name, `kernels ${name} ${axis}`, (store) => {
        const inner = dims.slice(axis + 1).reduce((product, size) => product * size, 1);
        const channelOf = (at: number) => Math.floor(at / inner) % dims[axis]!;
        const { values, scales } = quantizeWeights(kernels.values(), 127, dims[axis]!, channelOf);
        const made = { values: names.fresh(`${name}.int8`), scales: names.fresh(`${name}.scales`) };
        store(makeTensor(made.values, dims, values));
        const shape = dims.map((size, at) => (at === axis ? size : 1));
        store(makeTensor(made.scales, shape, scales));
        return made;
      });
      const [floats, weights] = [names.fresh(`${name}.cast`), names.fresh(`${name}.float`)];
      const [x = '', , ...rest] = entry.input;
      return [
        makeNode('Cast', [form.values], [floats], { to: dataTypes.float32 }),
        makeNode('Mul', [floats, form.scales], [weights]),
        edit(entry, { input: [x, weights, ...rest] }),
      ];
    });
    const changed = node.some((entry, at) => entry !== graph.node[at]);
    return stored.finish(changed ? edit(graph, { node }) : graph, scope);
  });
}

function readKernels(node: NodeProto, scope: Scope): Kernels | undefined {
  const isTransposed = node.opType === 'ConvTranspose';
  const isGrouped = node.opType === 'Conv' && intAttribute(node, 'group', 1) > 1;
  if (!isDefaultDomain(node.domain) || !(isTransposed || isGrouped)) return undefined;
  const name = node.input[1] ?? '';
  const constant = findConstant(scope, name);
  if (!constant || 'reason' in constant || constant.tensor.dataType !== dataTypes.float32)
    return undefined;
  const { tensor } = constant;
  const dims = tensorShape(tensor);
  const axis = isTransposed ? 1 : 0;
  const count = dims.reduce((product, size) => product * size, 1);
  if (dims.length < 3 || 3 * count - 4 * dims[axis]! < overhead) return undefined;
  const values = () => floatValues(tensor);
  return isAllFinite(tensor) ? { name, dims, axis, values } : undefined;
}
