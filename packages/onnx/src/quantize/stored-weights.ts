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

/** Weights that stay an operand of what computes in float32. */
interface Kept {
  /** Where the node reads them. */
  readonly at: number;
  readonly name: string;
  readonly dims: readonly number[];
  /** The axes that have a scale of their own. */
  readonly axes: readonly number[];
  values(): Float32Array;
}

/** Bytes of two nodes and a tensor more. */
const overhead = 320;

export interface StoreOptions {
  readonly keepNodes: readonly string[];
  /** The operators whose weights are stored so. */
  readonly ops: readonly string[];
}

/**
 * Stores weights in 8 bits with a scale per output channel, or per gate and unit, of nodes that
 * compute in float32 as before: of grouped and transposed convolutions, where one range for all
 * channels of what they read would lose the small ones, and of recurrent layers, which have no
 * integer form. The weights lose next to nothing, and engines multiply them out when they load the
 * model.
 */
export function storeWeights(model: Model, options: StoreOptions, report: Report): Model {
  const { keepNodes, ops } = options;
  const names = new NamePool(model);
  const stored = new Replacements<Stored>();
  return mapGraphs(model, (graph, scope) => {
    const node = graph.node.flatMap((entry) => {
      const isKept = keepNodes.some((name) => name === entry.name || name === entry.output[0]);
      if (!ops.includes(entry.opType ?? '') || !isDefaultDomain(entry.domain)) return entry;
      const kept = isKept ? [] : readKept(entry, scope);
      if (kept.length === 0) {
        if (isRecurrent(entry))
          report.leave(
            entry,
            isKept ? 'asked for' : 'its weights are few, computed or not float32',
          );
        return entry;
      }
      report.change(entry);
      const input = [...entry.input];
      const restored = kept.flatMap((weights) => {
        const { at, name } = weights;
        const form = storedForm(weights, scope, names, stored);
        const floats = names.fresh(`${name}.cast`);
        input[at] = names.fresh(`${name}.float`);
        return [
          makeNode('Cast', [form.values], [floats], { to: dataTypes.float32 }),
          makeNode('Mul', [floats, form.scales], [input[at]]),
        ];
      });
      return [...restored, edit(entry, { input })];
    });
    const changed = node.some((entry, at) => entry !== graph.node[at]);
    return stored.finish(changed ? edit(graph, { node }) : graph, scope);
  });
}

function storedForm(
  { name, dims, axes, values: read }: Kept,
  scope: Scope,
  names: NamePool,
  stored: Replacements<Stored>,
): Stored {
  return stored.form(scope, name, `stored ${name} ${axes}`, (store) => {
    const shape = dims.map((size, axis) => (axes.includes(axis) ? size : 1));
    const channelOf = channelIndex(dims, axes);
    const { values, scales } = quantizeWeights(read(), 127, product(shape), channelOf);
    const made = { values: names.fresh(`${name}.int8`), scales: names.fresh(`${name}.scales`) };
    store(makeTensor(made.values, dims, values));
    store(makeTensor(made.scales, shape, scales));
    return made;
  });
}

/** The scale of an element: its place on neighbouring axes, counted in row-major order. */
function channelIndex(dims: readonly number[], axes: readonly number[]) {
  const inner = product(dims.slice(axes.at(-1)! + 1));
  const count = product(axes.map((axis) => dims[axis]!));
  return (at: number): number => Math.floor(at / inner) % count;
}

const product = (sizes: readonly number[]): number =>
  sizes.reduce((total, size) => total * size, 1);

/** Recurrent weights are [directions, gates × units, inputs]. */
const recurrent = [
  { at: 1, axes: [0, 1] },
  { at: 2, axes: [0, 1] },
];

const isRecurrent = ({ opType }: NodeProto): boolean =>
  opType === 'LSTM' || opType === 'GRU' || opType === 'RNN';

function readKept(node: NodeProto, scope: Scope): Kept[] {
  const op = node.opType ?? '';
  if (op === 'ConvTranspose') return readOne(node, scope, 1, [1]);
  if (op === 'Conv') return intAttribute(node, 'group', 1) > 1 ? readOne(node, scope, 1, [0]) : [];
  return recurrent.flatMap(({ at, axes }) => readOne(node, scope, at, axes));
}

function readOne(node: NodeProto, scope: Scope, at: number, axes: readonly number[]): Kept[] {
  const name = node.input[at] ?? '';
  const constant = findConstant(scope, name);
  if (!constant || 'reason' in constant || constant.tensor.dataType !== dataTypes.float32)
    return [];
  const { tensor } = constant;
  const dims = tensorShape(tensor);
  if (dims.length < 3) return [];
  const scales = product(axes.map((axis) => dims[axis]!));
  if (3 * product(dims) - 4 * scales < overhead || !isAllFinite(tensor)) return [];
  return [{ at, name, dims, axes, values: () => floatValues(tensor) }];
}
