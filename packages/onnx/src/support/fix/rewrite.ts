import { makeNode, makeTensor } from '../../build/make.ts';
import type { NamePool } from '../../pass/name-pool.ts';
import { toFloat16Array } from '../../tensor/float16.ts';
import type { NodeProto } from '../../wire/messages.ts';
import type { Subject } from '../subject.ts';

/** Makes the nodes of a replacement, in order, with names that are free. */
export class Draft {
  readonly nodes: NodeProto[] = [];
  readonly #pool: NamePool;
  readonly #stem: string;

  constructor(node: NodeProto, pool: NamePool) {
    this.#pool = pool;
    this.#stem = node.name || node.output[0] || node.opType || 'node';
  }

  /** Adds a node and returns the name of its output: `output`, or a free one. */
  add(
    opType: string,
    inputs: readonly string[],
    attributes?: Parameters<typeof makeNode>[3],
    output = this.#pool.fresh(`${this.#stem}.${opType}`),
  ): string {
    const name = this.#pool.fresh(`${this.#stem}.${opType.toLowerCase()}`);
    this.nodes.push(makeNode(opType, inputs, [output], attributes, { name }));
    return output;
  }

  /** A constant in the float type of the value that it is combined with. */
  floats(values: readonly number[], dims: readonly number[], type: 'float32' | 'float16'): string {
    const data = Float32Array.from(values);
    const tensor =
      type === 'float16'
        ? makeTensor('', dims, toFloat16Array(data), 'float16')
        : makeTensor('', dims, data);
    return this.add('Constant', [], { value: { tensor } });
  }

  integers(values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.add('Constant', [], { value: { tensor: makeTensor('', [values.length], data) } });
  }
}

/** How one operator is said by others. */
export interface Rewrite {
  readonly op: string;
  /** What it does, for a report: `as HardSigmoid and Mul`. */
  readonly words: string;
  /** Whether the answers are the same bits, or may differ in the last ones. */
  readonly exact: 'bits' | 'rounding';
  /** Adds nodes that make the node's outputs; false where it does not apply. */
  apply(subject: Subject, draft: Draft): boolean;
}
