import { fail } from '@selvedge/core/errors';
import type { ElementType } from '@selvedge/core/schema';
import { make } from '../wire/message.ts';
import type { NodeProto, TensorProto, ValueInfoProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import {
  type Attributes,
  makeModel,
  makeNode,
  makeTensor,
  makeValueInfo,
  type Shape,
  type TensorSource,
} from './make.ts';

/** Collects a graph node by node; every method returns the name of the value it made. */
export interface GraphBuilder {
  /** A graph input. Free dimensions are names: `['batch', 1, 28, 28]`. */
  input(name: string, type: ElementType, shape: Shape): string;
  /** An initializer: weights, or a constant such as a Reshape's target. */
  constant(name: string, dims: readonly number[], data: TensorSource): string;
  /** A node with one output, named `output` or after its operator. */
  node(opType: string, inputs: readonly string[], attributes?: Attributes, output?: string): string;
  /** A node with the given outputs. */
  nodes(
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes?: Attributes,
  ): void;
  /** Declares a value that was made before as a graph output. */
  output(name: string, type: ElementType, shape?: Shape): void;
  /** @throws SelvedgeError `usage` where a node reads a value that nothing makes. */
  build(): Model;
}

export interface GraphBuilderOptions {
  readonly opset?: number;
  readonly irVersion?: number;
  readonly producerName?: string;
  readonly domains?: Readonly<Record<string, number>>;
}

/**
 * Makes a model from scratch.
 *
 * @example
 * const g = graphBuilder('classifier', { opset: 21 });
 * const x = g.input('image', 'float32', ['batch', 1, 28, 28]);
 * const w = g.constant('conv.weight', [8, 1, 3, 3], weights);
 * const c = g.node('Relu', [g.node('Conv', [x, w], { pads: [1, 1, 1, 1] })]);
 * const p = g.node('GlobalAveragePool', [c]);
 * g.output(g.node('Flatten', [p], { axis: 1 }, 'features'), 'float32', ['batch', 8]);
 * const bytes = concat(writeModel(g.build()));
 */
export function graphBuilder(name: string, options: GraphBuilderOptions = {}): GraphBuilder {
  const input: ValueInfoProto[] = [];
  const output: ValueInfoProto[] = [];
  const initializer: TensorProto[] = [];
  const node: NodeProto[] = [];
  const made = new Set<string>();

  const declare = (value: string): string => {
    if (made.has(value))
      fail('usage', `graph ${name}: two values are named ${value}`, { hint: 'rename one' });
    if (value !== '') made.add(value);
    return value;
  };
  const check = (value: string, reader: string): void => {
    if (value !== '' && !made.has(value)) {
      fail('usage', `graph ${name}: ${reader} reads ${value}, which nothing makes before it`, {
        hint: 'add nodes in the order in which they run',
      });
    }
  };
  const addNodes: GraphBuilder['nodes'] = (opType, inputs, outputs, attributes) => {
    const id = `${opType}_${node.length}`;
    for (const value of inputs) check(value, id);
    for (const value of outputs) declare(value);
    node.push(makeNode(opType, inputs, outputs, attributes, { name: id }));
  };

  return {
    input(value, type, shape) {
      input.push(makeValueInfo(declare(value), type, shape));
      return value;
    },
    constant(value, dims, data) {
      initializer.push(makeTensor(declare(value), dims, data));
      return value;
    },
    node(opType, inputs, attributes, value = `${opType}_${node.length}_out`) {
      addNodes(opType, inputs, [value], attributes);
      return value;
    },
    nodes: addNodes,
    output(value, type, shape) {
      check(value, 'an output');
      output.push(makeValueInfo(value, type, shape));
    },
    build: () => makeModel(make('GraphProto', { name, node, initializer, input, output }), options),
  };
}
