import { makeNode } from '../build/make.ts';
import { indexGraph } from '../graph/graph-index.ts';
import { mapGraphs } from '../graph/map-graphs.ts';
import type { Scope } from '../graph/walk.ts';
import { findConstant } from '../pass/constants.ts';
import { NamePool } from '../pass/name-pool.ts';
import { Replacements } from '../pass/replacements.ts';
import { type PassResult, Report, skipped } from '../pass/report.ts';
import { withoutTraces } from '../pass/without-traces.ts';
import { inferValues } from '../shape/infer.ts';
import { edit } from '../wire/message.ts';
import type { GraphProto, NodeProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { cast, halveIo, withoutUnreadCasts } from './half-io.ts';
import { HalfCache } from './lossy.ts';
import { covers, float16Operator } from './operators.ts';
import { type Float16Options, type Float16Plan, halfWeights, planFloat16 } from './plan.ts';
import { settleFloat16 } from './settle.ts';

/**
 * Converts a model's weights and the operators around them to half precision. Inputs and outputs
 * keep their types; casts stand where precisions meet. Branches and loop bodies are converted
 * inside, with float32 at their borders.
 *
 * What would overflow, vanish or add up badly stays float32 and is in the report, as is every
 * operator that the pass does not know. Recurrent layers compute in float32, from weights in half
 * precision. Activations that leave ±65504 are found where `ranges` tells what they span; without
 * it they show in the quality that is measured afterwards.
 *
 * @throws SelvedgeError `bad-model` where a tensor does not hold what its shape says.
 */
export function toFloat16(model: Model, options: Float16Options = {}): PassResult {
  const settled = settleFloat16(model);
  if ('reason' in settled) return skipped(model, settled.reason);
  const names = new NamePool(settled);
  const keepsIo = options.keepIo ?? true;
  const plain = keepsIo ? settled : halveIo(settled, names);
  const inference = inferValues(plain);
  const report = new Report();
  const halves = new HalfCache();
  const stored = new Replacements<string>();
  const converted = mapGraphs(plain, (graph, scope) => {
    const plan = planFloat16(scope, inference, options, halves, report);
    const changed =
      plan.chosen.size + plan.stored.size === 0
        ? graph
        : new GraphConversion(graph, scope, names, halves, stored, plan).run(report);
    return stored.finish(changed, scope);
  });
  return report.finish(
    model,
    withoutTraces(keepsIo ? converted : withoutUnreadCasts(converted)),
    'no Conv, ConvTranspose, Gemm or MatMul can be converted',
    leads,
  );
}

/**
 * One graph's conversion. A value's own name always stands for its float32 form, so that outputs,
 * subgraphs and nodes that stay need no change; the half form has a name of its own.
 */
class GraphConversion {
  readonly #graph: GraphProto;
  readonly #scope: Scope;
  readonly #names: NamePool;
  readonly #halves: HalfCache;
  /** Names of the half forms of constants. */
  readonly #stored: Replacements<string>;
  readonly #plan: Float16Plan;
  /** Names of half forms by the name of the value. */
  readonly #half: Map<string, string>;
  /** Names of constants that are stored in half precision and cast back. */
  readonly #back = new Map<string, string>();
  readonly #nodes: NodeProto[] = [];

  constructor(
    graph: GraphProto,
    scope: Scope,
    names: NamePool,
    halves: HalfCache,
    stored: Replacements<string>,
    plan: Float16Plan,
  ) {
    this.#graph = graph;
    this.#scope = scope;
    this.#names = names;
    this.#halves = halves;
    this.#stored = stored;
    this.#plan = plan;
    this.#half = new Map(plan.uncast);
  }

  run(report: Report): GraphProto {
    const needed = this.#neededInFloat32();
    for (const [index, node] of this.#graph.node.entries()) {
      const { chosen, stored } = this.#plan;
      if (chosen.has(index)) this.#convert(node, needed);
      else if (stored.has(index)) this.#nodes.push(this.#withHalfWeights(node));
      else this.#nodes.push(this.#pass(node, index));
      if (chosen.has(index) || stored.has(index)) report.change(node);
    }
    return edit(this.#graph, { node: this.#nodes });
  }

  #convert(node: NodeProto, needed: ReadonlySet<string>): void {
    const operator = float16Operator(node.opType!)!;
    const input = node.input.map((name, at) =>
      name !== '' && covers(operator.inputs, at) ? this.#halfOf(name) : name,
    );
    const output = node.output.map((name, at) =>
      name !== '' && covers(operator.outputs, at) ? this.#newHalf(name) : name,
    );
    this.#nodes.push(edit(node, { input, output }));
    for (const [at, name] of node.output.entries()) {
      if (needed.has(name) && output[at] !== name)
        this.#nodes.push(cast(output[at]!, name, 'float32'));
    }
  }

  /** A node that stays; where it casts to half precision what has a half form, that form. */
  #pass(node: NodeProto, index: number): NodeProto {
    if (!this.#plan.collapsed.has(index)) return node;
    return makeNode('Identity', [this.#halfOf(node.input[0]!)], node.output);
  }

  /** A node in float32 whose weights are cast back from half precision. */
  #withHalfWeights(node: NodeProto): NodeProto {
    const weights = halfWeights(node, this.#scope, this.#halves);
    for (const name of weights) {
      if (this.#back.has(name)) continue;
      const float = this.#names.fresh(`${name}.f32`);
      this.#nodes.push(cast(this.#halfOf(name), float, 'float32'));
      this.#back.set(name, float);
    }
    const input = node.input.map((name) => (weights.includes(name) ? this.#back.get(name)! : name));
    return edit(node, { input });
  }

  /** The half form of a value: a converted weight, a converted node's output, or a cast. */
  #halfOf(name: string): string {
    const known = this.#half.get(name);
    if (known) return known;
    const constant = findConstant(this.#scope, name);
    if (constant && 'tensor' in constant) {
      const { tensor } = constant;
      return this.#stored.form(this.#scope, name, name, (store) => {
        const half = this.#names.fresh(`${name}.f16`);
        store(edit(this.#halves.of(tensor).tensor(), { name: half }));
        return half;
      });
    }
    const half = this.#newHalf(name);
    this.#nodes.push(cast(name, half, 'float16'));
    return half;
  }

  #newHalf(name: string): string {
    const half = this.#names.fresh(`${name}.f16`);
    this.#half.set(name, half);
    return half;
  }

  /** Values that somebody reads in float32: nodes that stay, subgraphs, the graph's outputs. */
  #neededInFloat32(): Set<string> {
    const { captured, outputs } = indexGraph(this.#graph);
    const needed = new Set([...captured, ...outputs]);
    for (const [index, node] of this.#graph.node.entries()) {
      if (this.#plan.collapsed.has(index)) continue;
      const operator = this.#plan.chosen.has(index) ? float16Operator(node.opType!) : undefined;
      for (const [at, name] of node.input.entries()) {
        if (!operator || !covers(operator.inputs, at)) needed.add(name);
      }
    }
    return needed;
  }
}

const leads = (op: string): boolean => float16Operator(op)?.leads ?? false;
