import { makeNode, makeTensor } from '../build/make.ts';
import { mapGraphs } from '../graph/map-graphs.ts';
import type { Scope } from '../graph/walk.ts';
import { upgradeOpset } from '../opset/upgrade.ts';
import { withoutListedInitializers } from '../pass/constants.ts';
import { NamePool } from '../pass/name-pool.ts';
import { repeatedInitializer } from '../pass/repeated-initializer.ts';
import { Replacements } from '../pass/replacements.ts';
import { type PassResult, Report, skipped } from '../pass/report.ts';
import { settleWeights } from '../pass/settle-weights.ts';
import { withoutTraces } from '../pass/without-traces.ts';
import { dataTypes } from '../tensor/data-type.ts';
import { edit } from '../wire/message.ts';
import type { GraphProto, NodeProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { quantizeLstms } from './dynamic-lstm.ts';
import { quantizeTables } from './dynamic-tables.ts';
import { type Layer, readLayer } from './layer.ts';
import { storePalettes } from './stored-palettes.ts';
import { storeWeights } from './stored-weights.ts';
import { quantizeWeights } from './weights.ts';

export interface QuantizeOptions {
  /** Layers with fewer weights stay float32. Default 1024. */
  readonly minWeights?: number;
  /**
   * 7 (the default): two products of uint8 × int8 fit the 16-bit sums of AVX2 without VNNI, which
   * saturate (see `quantizeWeights`). 8 where all targets are known to add in 32 bits.
   */
  readonly weightBits?: 7 | 8;
  /** Nodes that stay float32, by name or first output. */
  readonly keepNodes?: readonly string[];
}

/**
 * Quantises MatMul, Gemm and Conv to 8 bits: weights once, per output channel; activations on every
 * run, per tensor (DynamicQuantizeLinear → MatMulInteger or ConvInteger → scale → bias). No data is
 * needed. An activation's range is that of the whole batch, so a sample's answer depends a little
 * on what it is batched with.
 *
 * LSTM becomes ONNX Runtime's DynamicQuantizeLSTM. Embeddings are stored in 8 bits, a scale per row.
 *
 * Weights of grouped, depthwise and transposed convolutions, of GRU and RNN are stored in 8 bits and
 * computed with in float32. Small layers and whatever has no stored weights stay float32 and are in
 * the report.
 *
 * @throws SelvedgeError `bad-model` where a tensor does not hold what its shape says.
 */
export function quantizeDynamic(model: Model, options: QuantizeOptions = {}): PassResult {
  const repeated = repeatedInitializer(model);
  if (repeated) return skipped(model, repeated);
  const plain = upgradeOpset(withoutListedInitializers(model));
  if ('reason' in plain) return skipped(model, plain.reason);
  const { minWeights = 1024, weightBits = 7, keepNodes = [] } = options;
  const limit = weightBits === 7 ? 64 : 127;
  const report = new Report();
  const settled = settleWeights(plain, { mayGrow: true });
  const lstms = quantizeLstms(settled, { minWeights, keepNodes, limit }, report);
  const raised = quantizeTables(lstms, { minWeights, keepNodes }, report);
  const names = new NamePool(raised);
  const stored = new Replacements<StoredWeights>();
  const quantized = mapGraphs(raised, (graph, scope) => {
    const layers = new Map<NodeProto, Layer>();
    for (const node of graph.node) {
      const layer = readLayer(node, scope, { minWeights, keepNodes });
      if (typeof layer === 'string') report.leave(node, layer);
      else if (layer) {
        layers.set(node, layer);
        report.change(node);
      }
    }
    const changed =
      layers.size === 0
        ? graph
        : new GraphQuantization(graph, scope, names, limit, layers, stored).run();
    return stored.finish(changed, scope);
  });
  const ops = ['Conv', 'ConvTranspose', 'GRU', 'RNN'];
  const small = storeWeights(quantized, { keepNodes, ops }, report);
  return report.finish(
    model,
    withoutTraces(storePalettes(small)),
    'no layer to quantise',
    () => true,
  );
}

interface QuantizedActivation {
  readonly values: string;
  readonly scale: string;
  readonly zeroPoint: string;
}

interface StoredWeights {
  readonly values: string;
  readonly scales: string;
}

class GraphQuantization {
  readonly #graph: GraphProto;
  readonly #scope: Scope;
  readonly #names: NamePool;
  readonly #limit: 127 | 64;
  readonly #layers: ReadonlyMap<NodeProto, Layer>;
  readonly #nodes: NodeProto[] = [];
  readonly #activations = new Map<string, QuantizedActivation>();
  readonly #stored: Replacements<StoredWeights>;

  constructor(
    graph: GraphProto,
    scope: Scope,
    names: NamePool,
    limit: 127 | 64,
    layers: ReadonlyMap<NodeProto, Layer>,
    stored: Replacements<StoredWeights>,
  ) {
    this.#graph = graph;
    this.#scope = scope;
    this.#stored = stored;
    this.#names = names;
    this.#limit = limit;
    this.#layers = layers;
  }

  run(): GraphProto {
    for (const node of this.#graph.node) {
      const layer = this.#layers.get(node);
      if (layer) this.#quantize(layer);
      else this.#nodes.push(node);
    }
    return edit(this.#graph, { node: this.#nodes });
  }

  /** x → uint8, integer product, int32 → float32 × scales, + bias. */
  #quantize(layer: Layer): void {
    const [y = ''] = layer.node.output;
    const x = this.#activation(layer.node.input[0]!);
    const weights = this.#storedWeights(layer);
    const sum = this.#names.fresh(`${y}.int32`);
    const operands = [x.values, weights.values, x.zeroPoint];
    const attribute = layer.kind === 'Conv' ? layer.node.attribute : [];
    this.#nodes.push(
      edit(makeNode(`${layer.kind}Integer`, operands, [sum], {}, this.#named(layer)), {
        attribute,
      }),
    );
    const scale = this.#add('Mul', [x.scale, weights.scales], `${y}.scale`);
    const product = this.#names.fresh(`${y}.float`);
    this.#nodes.push(makeNode('Cast', [sum], [product], { to: dataTypes.float32 }));
    const addend = this.#addend(layer);
    if (addend === undefined) this.#nodes.push(makeNode('Mul', [product, scale], [y]));
    else
      this.#nodes.push(
        makeNode('Add', [this.#add('Mul', [product, scale], `${y}.scaled`), addend], [y]),
      );
  }

  #named({ node }: Layer): { name?: string } {
    return node.name ? { name: node.name } : {};
  }

  #add(op: string, inputs: readonly string[], wanted: string): string {
    const name = this.#names.fresh(wanted);
    this.#nodes.push(makeNode(op, inputs, [name]));
    return name;
  }

  /** The 8-bit form of a value, made once for all layers that read it. */
  #activation(name: string): QuantizedActivation {
    let found = this.#activations.get(name);
    if (!found) {
      const values = this.#names.fresh(`${name}.uint8`);
      const scale = this.#names.fresh(`${name}.uint8.scale`);
      const zeroPoint = this.#names.fresh(`${name}.uint8.zero`);
      this.#nodes.push(makeNode('DynamicQuantizeLinear', [name], [values, scale, zeroPoint]));
      found = { values, scale, zeroPoint };
      this.#activations.set(name, found);
    }
    return found;
  }

  /** The 8-bit form of a layer's weights, stored once for all layers that use them the same way. */
  #storedWeights(layer: Layer): StoredWeights {
    const { weightName, dims, channels, factor } = layer;
    const key = [weightName, layer.kind, factor, ...dims].join(' ');
    return this.#stored.form(this.#scope, weightName, key, (store) => {
      const { values, scales } = quantizeWeights(
        layer.weights(),
        this.#limit,
        channels,
        layer.channelOf,
      );
      const stored = {
        values: this.#names.fresh(`${weightName}.int8`),
        scales: this.#names.fresh(`${weightName}.scales`),
      };
      const scaled = scales.map((scale) => scale * factor);
      store(makeTensor(stored.values, dims, values));
      store(makeTensor(stored.scales, channelShape(layer), scaled));
      return stored;
    });
  }

  #addend(layer: Layer): string | undefined {
    if (!layer.bias) return layer.addend;
    this.#stored.drop(this.#scope, layer.biasName!);
    const name = this.#names.fresh(`${layer.node.output[0]}.bias`);
    this.#stored.add(this.#scope, makeTensor(name, channelShape(layer), layer.bias));
    return name;
  }
}

/** A value per output channel, shaped to broadcast: `[N]`, or `[M, 1, …]` for convolutions. */
const channelShape = ({ kind, channels, dims }: Layer): number[] =>
  kind === 'MatMul' ? [channels] : [channels, ...dims.slice(2).map(() => 1)];
