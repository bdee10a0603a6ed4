import { makeAttribute, makeTensor } from '../build/make.ts';
import { attribute, floatAttribute, intAttribute, isDefaultDomain } from '../graph/attribute.ts';
import { type GraphIndex, indexGraph } from '../graph/graph-index.ts';
import { mapGraphs } from '../graph/map-graphs.ts';
import type { Scope } from '../graph/walk.ts';
import { channelBias } from '../pass/channel-bias.ts';
import { withoutListedInitializers } from '../pass/constants.ts';
import { NamePool } from '../pass/name-pool.ts';
import { repeatedInitializer } from '../pass/repeated-initializer.ts';
import { type PassResult, Report, skipped } from '../pass/report.ts';
import { floatValues, tensorShape } from '../tensor/values.ts';
import { keepBeside } from '../wire/lazy-tensor.ts';
import { edit } from '../wire/message.ts';
import type { GraphProto, NodeProto, TensorProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { type ChannelAffine, channelAffine, composed, constantFloats } from './channel-affine.ts';
import { dropUnread } from './drop-unread.ts';

/**
 * Folds BatchNormalization, and multiplications and additions of one constant a channel, into the
 * Conv, ConvTranspose or Gemm before them: new weights `W × scale` and a new bias, computed in
 * double precision and rounded once. The results differ from the model's by float rounding only.
 * A layer whose output or weights anything else reads keeps them.
 */
export function foldBatchNorm(given: Model): PassResult {
  const model = withoutListedInitializers(given);
  const repeated = repeatedInitializer(model);
  if (repeated) return skipped(given, repeated);
  const report = new Report();
  const names = new NamePool(model);
  const lost = new Set<string>();
  const changed = mapGraphs(model, (graph, scope) => {
    const folded = foldGraph({ ...scope, graph }, names, lost, report);
    return dropUnread(folded, lost);
  });
  return report.finish(given, changed, 'no layer is followed by a normalisation', () => false);
}

function foldGraph(
  scope: Scope & { readonly graph: GraphProto },
  names: NamePool,
  lost: Set<string>,
  report: Report,
): GraphProto {
  let { graph } = scope;
  // A fold may take the last other reader of a layer's weights away.
  for (;;) {
    const step = foldOnce({ ...scope, graph }, names, lost, report);
    if (step === graph) return graph;
    graph = step;
  }
}

function foldOnce(
  scope: Scope & { readonly graph: GraphProto },
  names: NamePool,
  lost: Set<string>,
  report: Report,
): GraphProto {
  const { graph } = scope;
  const index = indexGraph(graph);
  const replaced = new Map<NodeProto, NodeProto | undefined>();
  const added: TensorProto[] = [];
  for (const layer of graph.node) {
    const followed = followers(layer, scope, index);
    if (!followed) continue;
    const { chain, layout, affine } = followed;
    const [weight, bias] = foldedTensors(layer, layout, affine, names);
    added.push(weight, bias);
    const read = [...layer.input.slice(1), ...chain.flatMap(({ input }) => input)];
    for (const name of read) lost.add(name);
    replaced.set(layer, foldedLayer(layer, chain.at(-1)!, weight.name!, bias.name!));
    for (const follower of chain) {
      replaced.set(follower, undefined);
      report.change(follower);
    }
  }
  if (replaced.size === 0) return graph;
  const node = graph.node.flatMap((entry) =>
    replaced.has(entry) ? (replaced.get(entry) ?? []) : entry,
  );
  return edit(graph, { node, initializer: [...graph.initializer, ...added] });
}

/** What follows a layer that can be folded into it, as one step: several are rounded once. */
interface Followers {
  readonly chain: readonly NodeProto[];
  readonly layout: Layout;
  readonly affine: ChannelAffine;
}

function followers(layer: NodeProto, scope: Scope, index: GraphIndex): Followers | undefined {
  if (!isDefaultDomain(layer.domain) || !layers.has(layer.opType ?? '')) return undefined;
  let next = soleReader(layer.output[0], index);
  const layout = next && layoutOf(layer, scope, index);
  if (!layout) return undefined;
  const chain: NodeProto[] = [];
  let affine: ChannelAffine | undefined;
  for (
    let value = layer.output[0]!;
    next;
    value = next.output[0]!, next = soleReader(value, index)
  ) {
    const step = channelAffine(next, value, layout.rank, layout.channels, scope);
    const both = step && (affine ? composed(affine, step) : step);
    if (!both) break;
    chain.push(next);
    affine = both;
  }
  return affine && { chain, layout, affine };
}

/** The one node that reads a value, which nothing else sees. */
function soleReader(value: string | undefined, index: GraphIndex): NodeProto | undefined {
  if (!value) return undefined;
  const readers = index.consumers.get(value) ?? [];
  return readers.length === 1 && !index.captured.has(value) && !index.outputs.has(value)
    ? readers[0]
    : undefined;
}

const layers = new Set(['Conv', 'ConvTranspose', 'Gemm']);

/** How a layer's weights are laid out: which channel each element makes. */
interface Layout {
  readonly weight: TensorProto;
  readonly shape: readonly number[];
  readonly channels: number;
  readonly rank: number;
  /** The channel of an element of the weights. */
  channelOf(element: number): number;
  /** The layer's own bias, a number a channel, as it enters the sum. */
  readonly bias: Float64Array;
}

function layoutOf(layer: NodeProto, scope: Scope, index: GraphIndex): Layout | undefined {
  const weight = constantFloats(scope, layer.input[1]);
  if (!weight || isShared(layer.input[1]!, index)) return undefined;
  const shape = tensorShape(weight);
  const group = intAttribute(layer, 'group', 1);
  const isGemm = layer.opType === 'Gemm';
  if (isGemm ? shape.length !== 2 : shape.length < 3) return undefined;
  const across =
    layer.opType === 'ConvTranspose' || (isGemm && intAttribute(layer, 'transB', 0) === 0);
  const channels = across ? shape[1]! * (isGemm ? 1 : group) : shape[0]!;
  const bias = biasOf(layer, channels, scope);
  if (!bias || channels === 0 || (across && !isGemm && shape[0]! % group !== 0)) return undefined;
  const inner = shape.slice(1).reduce((product, size) => product * size, 1);
  const kernel = inner / Math.max(1, shape[1]!);
  // ConvTranspose: rows are input channels in groups, columns the channels of a group's output.
  const rows = isGemm ? shape[0]! : shape[0]! / group;
  const channelOf = (element: number) => {
    const row = Math.floor(element / inner);
    if (!across) return row;
    return Math.floor(row / rows) * shape[1]! + Math.floor((element % inner) / kernel);
  };
  return { weight, shape, channels, rank: shape.length, channelOf, bias };
}

/** Weights with another reader would be stored twice. */
const isShared = (name: string, index: GraphIndex): boolean =>
  (index.consumers.get(name)?.length ?? 0) > 1 ||
  index.captured.has(name) ||
  index.outputs.has(name);

function biasOf(layer: NodeProto, channels: number, scope: Scope): Float64Array | undefined {
  if (!layer.input[2]) return new Float64Array(channels);
  const tensor = constantFloats(scope, layer.input[2]);
  return tensor && channelBias(layer, tensor, channels);
}

function foldedTensors(
  layer: NodeProto,
  { weight, shape, channelOf, bias }: Layout,
  { scale, shift }: ChannelAffine,
  names: NamePool,
): [weight: TensorProto, bias: TensorProto] {
  const alpha = layer.opType === 'Gemm' ? floatAttribute(layer, 'alpha', 1) : 1;
  const weights = floatValues(weight);
  for (let at = 0; at < weights.length; at++) weights[at]! *= alpha * scale[channelOf(at)]!;
  const biases = Float32Array.from(bias, (value, at) => value * scale[at]! + shift[at]!);
  const name = names.fresh(`${layer.input[1]}.folded`);
  return [
    keepBeside(weight, makeTensor(name, shape, weights)),
    makeTensor(names.fresh(`${layer.output[0]}.bias`), [biases.length], biases),
  ];
}

/** The layer under its follower's output, with the new weights. */
function foldedLayer(
  layer: NodeProto,
  follower: NodeProto,
  weight: string,
  bias: string,
): NodeProto {
  const output = [follower.output[0]!];
  const input = [layer.input[0]!, weight, bias];
  if (layer.opType !== 'Gemm') return edit(layer, { input, output });
  const kept = layer.attribute.filter(({ name }) => name !== 'alpha' && name !== 'beta');
  const beta = attribute(layer, 'beta') ? [makeAttribute('beta', { float: 1 })] : [];
  return edit(layer, { input, output, attribute: [...kept, ...beta] });
}
