import { makeNode } from '../../build/make.ts';
import { findConstant } from '../../pass/constants.ts';
import { pruneConstants } from '../../pass/prune.ts';
import { floatValues, tensorValues } from '../../tensor/values.ts';
import { edit } from '../../wire/message.ts';
import type { GraphProto, NodeProto, TensorProto } from '../../wire/messages.ts';
import type { Range } from '../calibrate/index.ts';
import { mergeMoments } from '../moments/merge-moments.ts';
import { correctedBias } from './bias-correction.ts';
import { biasSums, type ChannelWeights, channelWeights } from './channel-weights.ts';
import { compensatedWeights } from './compensated-weights.ts';
import type { StaticOptions } from './options.ts';
import type { StaticPlan } from './plan.ts';
import type { QdqStore, StoredParameters } from './qdq-store.ts';
import { dataInputs, type Role } from './roles.ts';
import type { WeightedLayer } from './weighted-layer.ts';

export interface QdqOptions extends StaticOptions {
  /** Domain of Q and DQ of activations: `''`, or that which has 16 bits. */
  readonly domain: string;
}

interface StoredWeights {
  /** What the layer reads. */
  readonly output: string;
  /** As they are stored: a layer that shares them did not round them itself. */
  readonly tensor: TensorProto;
  readonly scales: Float32Array;
}

/**
 * Writes a plan into the graph. A quantised value keeps its name for what comes out of its
 * DequantizeLinear, so that nothing that reads it changes; what its node really makes is called
 * `….float`. Values that float nodes make, and inputs, stay themselves for float readers.
 */
export class QdqGraph {
  readonly #plan: StaticPlan;
  readonly #ranges: ReadonlyMap<string, Range>;
  readonly #store: QdqStore;
  readonly #options: QdqOptions;
  readonly #nodes: NodeProto[] = [];
  /** What 8-bit nodes read instead of a value that none of them makes. */
  readonly #forms = new Map<string, string>();
  /** Constants that lost a reader. */
  readonly #dropped = new Set<string>();
  /** Layers by the name of their weights. */
  readonly #sharing: ReadonlyMap<string, readonly WeightedLayer[]>;

  /** @param ranges by the value that stands for a group of them */
  constructor(
    plan: StaticPlan,
    ranges: ReadonlyMap<string, Range>,
    store: QdqStore,
    options: QdqOptions,
  ) {
    this.#plan = plan;
    this.#ranges = ranges;
    this.#store = store;
    this.#options = options;
    this.#sharing = Map.groupBy(plan.layers.values(), ({ weightName }) => weightName);
  }

  run(): GraphProto {
    const { graph, nodes, clamped } = this.#plan;
    const replaced = new Set(clamped.values());
    for (const { name } of graph.input) this.#roundGiven(name ?? '');
    for (const node of graph.node) {
      const role = nodes.get(node);
      if (replaced.has(node)) continue;
      if (role) this.#quantize(node, role);
      else {
        this.#nodes.push(node);
        for (const name of node.output) this.#roundGiven(name);
      }
    }
    for (const { input } of replaced) for (const name of input.slice(1)) this.#dropped.add(name);
    const initializer = [...graph.initializer, ...this.#store.tensors];
    return pruneConstants(edit(graph, { node: this.#nodes, initializer }), this.#dropped);
  }

  #quantize(node: NodeProto, role: Role): void {
    const layer = this.#plan.layers.get(node);
    const input = layer ? this.#layerInputs(layer) : this.#inputs(node, role);
    const { output: made } = this.#plan.clamped.get(node) ?? node;
    const output = made.map((name) =>
      this.#plan.values.has(name) ? this.#store.name(name, 'float') : name,
    );
    const attribute = layer ? withoutFactors(node) : node.attribute;
    this.#nodes.push(edit(node, { input, output, attribute }));
    for (const [at, name] of made.entries())
      if (output[at] !== name) this.#round(output[at]!, name, name);
  }

  #inputs(node: NodeProto, role: Role): string[] {
    const data = dataInputs(node, role).length;
    return node.input.map((name, at) => {
      if (at >= data) return name;
      return this.#plan.values.has(name) ? (this.#forms.get(name) ?? name) : this.#constant(name);
    });
  }

  /** Q and DQ behind a value that no 8-bit node makes, for those that read it. */
  #roundGiven(name: string): void {
    if (!this.#plan.values.has(name)) return;
    const form = this.#store.name(name, 'rounded');
    this.#forms.set(name, form);
    this.#round(name, form, name);
  }

  #round(from: string, to: string, value: string): void {
    const { scaleName, zeroName } = this.#parameters(value);
    const stored = this.#store.name(value, 'quantized');
    const domain = this.#domain();
    this.#nodes.push(
      makeNode('QuantizeLinear', [from, scaleName, zeroName], [stored], {}, domain),
      makeNode('DequantizeLinear', [stored, scaleName, zeroName], [to], {}, domain),
    );
  }

  #parameters(value: string): StoredParameters {
    const root = this.#plan.groups.rootOf(value);
    return this.#store.once(`parameters ${root}`, () =>
      this.#store.parameters(root, this.#ranges.get(root)!),
    );
  }

  /** A constant operand, stored in 8 bits with a scale of its own. */
  #constant(name: string): string {
    const constant = findConstant({ graph: this.#plan.graph }, name);
    if (!constant || 'reason' in constant) return name;
    this.#dropped.add(name);
    return this.#store.once(`constant ${name}`, () => {
      const { tensor } = constant;
      const by = this.#store.parameters(name, rangeOf(floatValues(tensor)));
      const stored = this.#store.rounded(this.#store.name(name, 'quantized'), tensor, by);
      const output = this.#store.name(name, 'rounded');
      const inputs = [stored, by.scaleName, by.zeroName];
      this.#nodes.push(makeNode('DequantizeLinear', inputs, [output], {}, this.#domain()));
      return output;
    });
  }

  #layerInputs(layer: WeightedLayer): string[] {
    const [x = ''] = layer.node.input;
    const { scale } = this.#parameters(x);
    const weights = layer.weights();
    const plain = channelWeights(layer, weights, scale, this.#options);
    const stored = this.#weights(layer, weights, plain);
    const inputs = [this.#forms.get(x) ?? x, stored.output];
    const means = this.#options.means?.get(x);
    const bias = (means && this.#corrected(layer, weights, stored, means)) ?? layer.bias;
    return bias ? [...inputs, this.#bias(layer, bias, plain.scales, scale)] : inputs;
  }

  #corrected(
    layer: WeightedLayer,
    weights: Float32Array,
    { tensor, scales }: StoredWeights,
    means: Float64Array,
  ): Float32Array | undefined {
    const values = tensorValues(tensor) as Int8Array;
    return correctedBias(layer, weights, { values, scales }, means);
  }

  /** In 32 bits at the scale of the products, so that it is added to their sum as it is. */
  #bias(
    layer: WeightedLayer,
    bias: Float32Array,
    weightScales: Float32Array,
    inputScale: number,
  ): string {
    const name = layer.biasName ?? `${layer.weightName}.bias`;
    if (layer.biasName) this.#dropped.add(layer.biasName);
    const { values, scales } = biasSums(bias, weightScales, inputScale);
    const dims = [values.length];
    const stored = this.#store.add(this.#store.name(name, 'int32'), dims, values);
    const scaleName = this.#store.add(this.#store.name(name, 'scale'), dims, scales);
    const output = this.#store.name(name, 'rounded');
    this.#nodes.push(makeNode('DequantizeLinear', [stored, scaleName], [output], { axis: 0 }));
    return output;
  }

  /** Layers that share weights share their stored form, where they quantise them the same way. */
  #weights(layer: WeightedLayer, weights: Float32Array, plain: ChannelWeights): StoredWeights {
    const { weightName: name, dims, factor, source } = layer;
    const { scales } = plain;
    const axis = this.#options.perChannel === false ? undefined : layer.axis;
    this.#dropped.add(name);
    return this.#store.once(`weights ${name} ${factor} ${axis} ${scales.join()}`, () => {
      const { values } = this.#compensated(layer, weights, plain);
      const stored = this.#store.name(name, 'int8');
      const tensor = this.#store.addBeside(source, stored, dims, values);
      const shape = axis === undefined ? [] : [scales.length];
      const own = axis === undefined ? scales.slice(0, 1) : scales;
      const scale = this.#store.add(this.#store.name(name, 'scale'), shape, own);
      const output = this.#store.name(name, 'rounded');
      // Zeros that layers share break ONNX Runtime's x64quantprecision, which rewrites each pair.
      const zeros = new Int8Array(own.length);
      const zero = this.#store.add(this.#store.name(name, 'zero'), shape, zeros);
      const inputs = [stored, scale, zero];
      const attributes = axis === undefined ? {} : { axis };
      this.#nodes.push(makeNode('DequantizeLinear', inputs, [output], attributes));
      return { output, tensor, scales };
    });
  }

  /** Weights that several layers share are rounded for what all of them read. */
  #compensated(layer: WeightedLayer, weights: Float32Array, plain: ChannelWeights): ChannelWeights {
    const { moments, weightBits } = this.#options;
    if (!moments) return plain;
    const sharing = this.#sharing.get(layer.weightName) ?? [];
    const seen = sharing.flatMap(({ node, axis }) =>
      axis === layer.axis ? (moments.get(node.name || node.output[0]!) ?? []) : [],
    );
    const merged = mergeMoments(seen.filter(({ size }) => size === seen[0]!.size));
    if (!merged) return plain;
    return compensatedWeights(layer, weights, plain, merged, weightBits === 7 ? 64 : 127);
  }

  #domain(): { domain?: string } {
    return this.#options.domain ? { domain: this.#options.domain } : {};
  }
}

/** Gemm's factors are in its weights and its bias. */
const withoutFactors = ({ attribute }: NodeProto) =>
  attribute.filter(({ name }) => name !== 'alpha' && name !== 'beta');

function rangeOf(values: Float32Array): Range {
  let [min, max] = [0, 0];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}
