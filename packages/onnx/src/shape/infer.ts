import { attribute, isDefaultDomain } from '../graph/attribute.ts';
import { opsetVersion, type Scope } from '../graph/walk.ts';
import { dataTypeName } from '../tensor/data-type.ts';
import { isExternal, tensorShape } from '../tensor/values.ts';
import type {
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
  TypeProto,
} from '../wire/messages.ts';
import { elementwiseRules } from './elementwise-rules.ts';
import type { Operands, Shape, ShapeRule, ValueFacts } from './facts.ts';
import { foldConstant, smallConstant } from './fold.ts';
import { layoutRules } from './layout-rules.ts';
import { productRules } from './product-rules.ts';
import { outputTypes } from './types.ts';
import { windowRules } from './window-rules.ts';

export interface InferenceOptions {
  /** Sizes of free dimensions by name. */
  readonly dimensions?: Readonly<Record<string, number>>;
  /** Shapes by value name, as observed in a run; they beat every rule. Main graph only. */
  readonly shapes?: ReadonlyMap<string, readonly number[]>;
}

/** What is known of every value, by the graph that defines it. */
export interface Inference {
  /** Facts of a value as seen from a graph: its own values first, then those of outer graphs. */
  of(graph: GraphProto | FunctionProto, name: string): ValueFacts;
}

/**
 * Element types and shapes of a model's values, and small constants, without running it.
 *
 * The first dimension of an input, if free, is taken as 1: one sample. Other free dimensions stay
 * unknown unless `dimensions` names them. Where no rule applies, what the model declares
 * (`value_info`) is used; what remains is unknown, never guessed.
 */
export function inferValues(model: ModelProto, options: InferenceOptions = {}): Inference {
  const run = new InferenceRun(model, options);
  if (model.graph) run.graph(model.graph, undefined, []);
  return { of: (graph, name) => run.facts(graph, name) };
}

const rules: Readonly<Record<string, ShapeRule>> = {
  ...windowRules,
  ...productRules,
  ...elementwiseRules,
  ...layoutRules,
};

type Graph = GraphProto | FunctionProto;
type Known = Map<string, ValueFacts>;

class InferenceRun {
  readonly #opset: number;
  readonly #options: InferenceOptions;
  readonly #known = new Map<Graph, Known>();
  readonly #outer = new Map<Graph, Graph>();

  constructor(model: ModelProto, options: InferenceOptions) {
    this.#opset = opsetVersion(model) ?? 1;
    this.#options = options;
  }

  facts(graph: Graph, name: string): ValueFacts {
    for (let at: Graph | undefined = graph; at; at = this.#outer.get(at)) {
      const found = this.#known.get(at)?.get(name);
      if (found) return found;
    }
    return {};
  }

  /** Infers one graph and those inside it; `given` are facts of its inputs by position. */
  graph(graph: GraphProto, outer: Scope | undefined, given: readonly ValueFacts[]): void {
    const known: Known = new Map();
    this.#known.set(graph, known);
    if (outer) this.#outer.set(graph, outer.graph);
    const declared = new Map<string, TypeProto | undefined>();
    for (const info of [...graph.valueInfo, ...graph.output])
      declared.set(info.name ?? '', info.type);
    for (const [at, info] of graph.input.entries()) {
      const facts = this.#declared(info.type, !outer);
      known.set(info.name ?? '', { ...facts, ...given[at] });
    }
    for (const tensor of graph.initializer) known.set(tensor.name ?? '', storedFacts(tensor));
    if (!outer)
      this.#observe(
        known,
        graph.input.map(({ name }) => name ?? ''),
      );
    const scope: Scope = outer ? { graph, outer } : { graph };
    for (const node of graph.node) {
      const made = this.#node(node, scope);
      for (const [at, name] of node.output.entries()) {
        if (name) known.set(name, merge(made[at] ?? {}, this.#declared(declared.get(name), false)));
      }
      if (!outer) this.#observe(known, node.output);
    }
  }

  #node(node: NodeProto, scope: Scope): readonly ValueFacts[] {
    const inputs = node.input.map((name) => (name ? this.facts(scope.graph, name) : {}));
    const operands: Operands = { node, opset: this.#opset, inputs };
    if (!isDefaultDomain(node.domain)) return [];
    if (node.opType === 'If') return this.#branches(node, scope, inputs[0]?.constant?.[0]);
    if (node.opType === 'Loop' || node.opType === 'Scan') return this.#body(node, scope);
    if (node.opType === 'Constant') return [constantFacts(operands)];
    const types = outputTypes(operands);
    const rule = Object.hasOwn(rules, node.opType ?? '') ? rules[node.opType!] : undefined;
    const shapes = rule?.(operands).map(plausible) ?? [];
    const constant = foldConstant(operands, shapes[0]);
    return node.output.map((_, at) => ({
      ...(types[at] && { type: types[at] }),
      ...(shapes[at] && { shape: shapes[at] }),
      ...(at === 0 && constant && { constant }),
    }));
  }

  /** An If: the branch that a constant condition takes, else what both branches agree on. */
  #branches(node: NodeProto, scope: Scope, condition: number | undefined): readonly ValueFacts[] {
    const results = (['then_branch', 'else_branch'] as const).map((name) => {
      const branch = attribute(node, name)?.g;
      if (!branch) return [];
      this.graph(branch, scope, []);
      return branch.output.map((output) => this.facts(branch, output.name ?? ''));
    });
    const [then = [], otherwise = []] = results;
    if (condition !== undefined) return condition ? then : otherwise;
    return then.map((facts, at) => common(facts, otherwise[at] ?? {}));
  }

  /** Loop and Scan: the body's types; its shapes may change from one round to the next. */
  #body(node: NodeProto, scope: Scope): readonly ValueFacts[] {
    const body = attribute(node, 'body')?.g;
    if (!body) return [];
    this.graph(body, scope, []);
    const skip = node.opType === 'Loop' ? 1 : 0;
    return body.output.slice(skip).map(({ name }) => {
      const { type } = this.facts(body, name ?? '');
      return type ? { type } : {};
    });
  }

  #declared(type: TypeProto | undefined, isInput: boolean): ValueFacts {
    const tensor = type?.tensorType;
    const name = dataTypeName(tensor?.elemType);
    const shape = tensor?.shape?.dim.map(({ dimValue, dimParam }, at): number | null => {
      if (dimValue !== undefined && Number(dimValue) >= 0) return Number(dimValue);
      const bound = dimParam ? this.#options.dimensions?.[dimParam] : undefined;
      return bound ?? (isInput && at === 0 ? 1 : null);
    });
    return { ...(name && { type: name }), ...(shape && { shape }) };
  }

  #observe(known: Known, names: readonly string[]): void {
    for (const name of names) {
      const shape = this.#options.shapes?.get(name);
      if (shape) known.set(name, { ...known.get(name), shape });
    }
  }
}

/** Sizes that cannot be are unknown: a damaged or unusual model must not make absurd counts. */
const plausible = (shape: Shape | undefined): Shape | undefined =>
  shape?.map((size) => (size !== null && Number.isSafeInteger(size) && size >= 0 ? size : null));

function storedFacts(tensor: TensorProto): ValueFacts {
  const type = dataTypeName(tensor.dataType);
  const constant = isExternal(tensor) ? undefined : smallConstant(tensor);
  return { ...(type && { type }), shape: tensorShape(tensor), ...(constant && { constant }) };
}

function constantFacts(operands: Operands): ValueFacts {
  const [type] = outputTypes(operands);
  const tensor = attribute(operands.node, 'value')?.t;
  if (tensor) return storedFacts(tensor);
  const count = ['value_ints', 'value_floats']
    .map((name) => attribute(operands.node, name))
    .find(Boolean);
  const shape = count ? [count.ints.length || count.floats.length] : [];
  const constant = foldConstant(operands, shape);
  return { ...(type && { type }), shape, ...(constant && { constant }) };
}

/** What was inferred, completed by what was declared. */
function merge(inferred: ValueFacts, declared: ValueFacts): ValueFacts {
  const shape =
    inferred.shape?.map((size, at) => size ?? declared.shape?.[at] ?? null) ?? declared.shape;
  const type = inferred.type ?? declared.type;
  return { ...inferred, ...(type && { type }), ...(shape && { shape }) };
}

function common(a: ValueFacts, b: ValueFacts): ValueFacts {
  const type = a.type === b.type ? a.type : undefined;
  const sameRank = a.shape && b.shape && a.shape.length === b.shape.length;
  const shape = sameRank
    ? a.shape.map((size, at) => (size === b.shape![at] ? size : null))
    : undefined;
  return { ...(type && { type }), ...(shape && { shape }) };
}
