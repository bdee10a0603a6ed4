import { makeNode, makeTensor } from '../../build/make.ts';
import { floatAttribute } from '../../graph/attribute.ts';
import type { Scope } from '../../graph/walk.ts';
import type { NamePool } from '../../pass/name-pool.ts';
import type { Replacements } from '../../pass/replacements.ts';
import type { Table } from '../../pass/table.ts';
import { edit } from '../../wire/message.ts';
import type { GraphProto, NodeProto } from '../../wire/messages.ts';
import type { InputMoments } from '../moments/moments.ts';
import type { BlockFormat, Blocks4 } from './blocks.ts';
import { roundCompensated } from './compensate.ts';
import {
  type Dequantized,
  dequantizedForm,
  dequantizedTensors,
  dequantizeNode,
  evenBlock,
  type Names4,
} from './dequantized.ts';
import { nBitsNode, nBitsTensors, tableNode, tableTensors } from './n-bits.ts';
import type { Weights4Options } from './options.ts';
import { roundPlain, roundSearched } from './round.ts';
import type { WeightMoments } from './weight-moments.ts';
import type { Weights4 } from './weights4.ts';

/** What stands for weights: their tensors' names, and how DequantizeLinear is to read them. */
export interface Stored {
  readonly names: Names4;
  readonly form?: Dequantized;
  /** Name of the shape that a Reshape after it takes. */
  readonly shape?: string;
}

export interface Form4 extends Weights4Options {
  readonly form: 'matmulnbits' | 'qdq';
  /** Whether ONNX's DequantizeLinear takes 4 bits and blocks (opset 21). */
  readonly hasStandard: boolean;
  readonly symmetric: boolean;
  readonly seen: WeightMoments;
}

/** One graph with its weights in 4 bits. */
export class GraphWeights4 {
  readonly #graph: GraphProto;
  readonly #scope: Scope;
  readonly #names: NamePool;
  readonly #stored: Replacements<Stored>;
  readonly #options: Form4;
  readonly #found: ReadonlyMap<NodeProto, readonly Weights4[] | Table>;
  readonly #nodes: NodeProto[] = [];
  /** Weights that a node of this graph gives back already. */
  readonly #given = new Map<Stored, string>();

  constructor(
    graph: GraphProto,
    scope: Scope,
    names: NamePool,
    stored: Replacements<Stored>,
    options: Form4,
    found: ReadonlyMap<NodeProto, readonly Weights4[] | Table>,
  ) {
    this.#graph = graph;
    this.#scope = scope;
    this.#names = names;
    this.#stored = stored;
    this.#options = options;
    this.#found = found;
  }

  run(): GraphProto {
    for (const node of this.#graph.node) {
      const found = this.#found.get(node);
      if (!found) this.#nodes.push(node);
      else if (!isList(found)) this.#table(found);
      else if (found[0]!.isProduct && this.#options.form === 'matmulnbits')
        this.#product(found[0]!);
      else this.#layer(node, found);
    }
    return edit(this.#graph, { node: this.#nodes });
  }

  #table(table: Table): void {
    const size = this.#options.block ?? 32;
    const { names } = this.#form(table.name, `table ${size}`, () => {
      const blocks = this.#round(table.values(), table.columns, { ...this.#format(size) });
      const named = this.#named(table.name);
      return { stored: { names: named }, tensors: tableTensors(named, blocks) };
    });
    this.#nodes.push(tableNode(table, names, size));
  }

  /** MatMul → MatMulNBits; Gemm → MatMulNBits + Add, with alpha in the scales. */
  #product(weights: Weights4): void {
    const { node, name, rows, columns, isFlipped } = weights;
    const size = this.#options.block ?? 32;
    const alpha = node.opType === 'Gemm' ? floatAttribute(node, 'alpha', 1) : 1;
    const addend = floatAttribute(node, 'beta', 1) === 1 ? node.input[2] : undefined;
    const moments = this.#options.seen.of(weights);
    const key = `nbits ${isFlipped} ${alpha}`;
    const { names } = this.#form(name, key, () => {
      const format = { ...this.#format(size), signed: true };
      const blocks = this.#round(weights.values(), columns, format, moments);
      for (let at = 0; at < blocks.scales.length; at++) blocks.scales[at]! *= alpha;
      const named = this.#named(name);
      return { stored: { names: named }, tensors: nBitsTensors(named, blocks) };
    });
    const [y = ''] = node.output;
    const sizes = { K: columns, N: rows, block_size: size };
    const product = addend ? this.#names.fresh(`${y}.product`) : y;
    this.#nodes.push(nBitsNode(node, names, product, sizes, this.#options.accuracyLevel));
    if (addend) this.#nodes.push(makeNode('Add', [product, addend], [y]));
  }

  /** Any other layer reads its weights through a DequantizeLinear. */
  #layer(node: NodeProto, found: readonly Weights4[]): void {
    const input = [...node.input];
    for (const weights of found) input[weights.position] = this.#dequantized(weights);
    this.#nodes.push(edit(node, { input }));
  }

  #dequantized(weights: Weights4): string {
    const { name, columns, isFlipped } = weights;
    const { block = 32, hasStandard } = this.#options;
    const moments = this.#options.seen.of(weights);
    const form = this.#dequantizedForm(weights, block);
    const size =
      form.blockSize ?? form.dims.slice(1).reduce((product, length) => product * length, 1);
    const key = ['qdq', isFlipped, size, ...form.dims].join(' ');
    const stored = this.#form(name, key, () => {
      const blocks = this.#round(weights.values(), columns, this.#format(size), moments);
      const names = this.#named(name);
      const tensors = dequantizedTensors(names, form, blocks);
      if (!form.reshape) return { stored: { names, form }, tensors };
      const shape = this.#names.fresh(`${name}.shape`);
      const dims = BigInt64Array.from(form.reshape, BigInt);
      return {
        stored: { names, form, shape },
        tensors: [...tensors, makeTensor(shape, [dims.length], dims)],
      };
    });
    return this.#give(stored, name, hasStandard ? '' : 'com.microsoft');
  }

  #dequantizedForm(weights: Weights4, block: number): Dequantized {
    const { hasStandard } = this.#options;
    const form = dequantizedForm(weights, block, hasStandard);
    if (form.blockSize !== undefined) return form;
    return dequantizedForm(weights, evenBlock(weights.columns, block), hasStandard);
  }

  #give(stored: Stored, name: string, domain: string): string {
    let given = this.#given.get(stored);
    if (given === undefined) {
      const { names, form, shape } = stored;
      given = this.#names.fresh(`${name}.float`);
      const whole = form!.transposes ? this.#names.fresh(`${name}.rows`) : given;
      const flat = shape ? this.#names.fresh(`${name}.blocks`) : whole;
      this.#nodes.push(dequantizeNode(names, form!, flat, domain));
      if (shape) this.#nodes.push(makeNode('Reshape', [flat, shape], [whole]));
      if (form!.transposes)
        this.#nodes.push(makeNode('Transpose', [whole], [given], { perm: [1, 0] }));
      this.#given.set(stored, given);
    }
    return given;
  }

  #form(
    name: string,
    key: string,
    make: () => { stored: Stored; tensors: ReturnType<typeof nBitsTensors> },
  ): Stored {
    return this.#stored.form(this.#scope, name, `${name} ${key}`, (store) => {
      const { stored, tensors } = make();
      tensors.forEach(store);
      return stored;
    });
  }

  #named(name: string): Names4 {
    const codes = this.#names.fresh(`${name}.int4`);
    const scales = this.#names.fresh(`${name}.scales`);
    if (this.#options.symmetric) return { codes, scales };
    return { codes, scales, zeros: this.#names.fresh(`${name}.zeros`) };
  }

  #format(size: number): BlockFormat {
    return { size, symmetric: this.#options.symmetric, signed: false };
  }

  #round(
    weights: Float32Array,
    columns: number,
    format: BlockFormat,
    moments?: InputMoments,
  ): Blocks4 {
    const { rounding = 'best' } = this.#options;
    if (rounding === 'plain') return roundPlain(weights, columns, format);
    if (rounding === 'best' && moments) return roundCompensated(weights, columns, format, moments);
    return roundSearched(weights, columns, format, moments?.diagonal);
  }
}

const isList = (found: readonly Weights4[] | Table): found is readonly Weights4[] =>
  Array.isArray(found);
