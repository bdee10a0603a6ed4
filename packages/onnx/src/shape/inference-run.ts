import { isDefaultDomain, operatorName } from '../graph/attribute.ts';
import { dataTypeName } from '../tensor/data-type.ts';
import { tensorShape } from '../tensor/values.ts';
import type {
  DimensionProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  SparseTensorProto,
  ValueInfoProto,
} from '../wire/messages.ts';
import { contribRules } from './contrib-rules.ts';
import { inferControlFlow } from './control-flow.ts';
import { completed, declaredFacts, declaredSize } from './declared.ts';
import { type Dim, foundSize, symbol } from './dimension.ts';
import { elementsOf, StoredFacts } from './elements.ts';
import { elementwiseRules } from './elementwise-rules.ts';
import type { Facts, Operands, Shape, ShapeRule } from './facts.ts';
import { calledBy, type Functions, functionsOf, instantiate } from './function-body.ts';
import type { InferenceOptions } from './inference-options.ts';
import { makingRules } from './making-rules.ts';
import { mlRules } from './ml-rules.ts';
import { productRules } from './product-rules.ts';
import { reshapeRules } from './reshape-rules.ts';
import { resizeRules } from './resize-rules.ts';
import { selectionRules } from './selection-rules.ts';
import { sequenceRules } from './sequence-rules.ts';
import { outputTypes } from './types.ts';
import { windowRules } from './window-rules.ts';

const shapeRules: Readonly<Record<string, ShapeRule>> = {
  ...windowRules,
  ...productRules,
  ...elementwiseRules,
  ...reshapeRules,
  ...selectionRules,
  ...resizeRules,
  ...makingRules,
  ...mlRules,
  ...contribRules,
};

type Graph = GraphProto | FunctionProto;
type Known = Map<string, Facts>;
type Opsets = ReadonlyMap<string, number>;

const nothing: Facts = {};

/** One walk over a model in the order in which it runs, and what it found. */
export class InferenceRun {
  readonly branches = new Map<NodeProto, GraphProto>();
  readonly trips = new Map<NodeProto, number>();
  readonly bodies = new Map<NodeProto, FunctionProto>();
  readonly #options: InferenceOptions;
  readonly #functions: Functions;
  readonly #bound: ReadonlyMap<string, number>;
  readonly #isOverridable: boolean;
  readonly #known = new Map<Graph, Known>();
  readonly #outer = new Map<Graph, Graph>();
  readonly #prefixes = new Map<Graph, string>();
  /** Functions that are being walked: one that calls itself is no ONNX, and ends here. */
  readonly #calls = new Set<FunctionProto>();

  constructor(model: ModelProto, options: InferenceOptions) {
    this.#options = options;
    this.#functions = functionsOf(model);
    this.#bound = boundSizes(model, options);
    this.#isOverridable = options.general === true && Number(model.irVersion ?? 0) >= 4;
    if (model.graph) this.#graph(model.graph, opsetsOf(model), undefined, []);
  }

  facts(graph: Graph, name: string): Facts {
    for (let at: Graph | undefined = graph; at; at = this.#outer.get(at)) {
      const found = this.#known.get(at)?.get(name);
      if (found) return found;
    }
    return nothing;
  }

  /** Infers one graph and those inside it; `given` are facts of its inputs by position. */
  #graph(
    graph: GraphProto,
    opsets: Opsets,
    outer: Graph | undefined,
    given: readonly Facts[],
  ): readonly Facts[] {
    const known = this.#open(graph, outer);
    const isMain = outer === undefined;
    for (const [at, info] of graph.input.entries()) {
      const name = info.name ?? '';
      const declared = declaredFacts(info.type, (size, axis) =>
        isMain ? this.#free(size, name, axis) : this.#named(size),
      );
      known.set(name, completed(given[at] ?? nothing, declared));
      if (isMain) this.#observe(known, name);
    }
    const replaceable = new Set(
      this.#isOverridable && isMain ? graph.input.map(({ name }) => name) : [],
    );
    for (const tensor of graph.initializer)
      known.set(tensor.name ?? '', new StoredFacts(tensor, replaceable.has(tensor.name)));
    for (const sparse of graph.sparseInitializer)
      known.set(sparse.values?.name ?? '', sparseFacts(sparse));
    const infos = new Map(
      [...graph.valueInfo, ...graph.output].map((info) => [info.name ?? '', info]),
    );
    this.#nodes(graph, opsets, known, infos, isMain);
    return graph.output.map(({ name }) => this.facts(graph, name ?? ''));
  }

  #open(graph: Graph, outer: Graph | undefined): Known {
    const known: Known = new Map();
    this.#known.set(graph, known);
    if (outer) this.#outer.set(graph, outer);
    return known;
  }

  #nodes(
    graph: Graph,
    opsets: Opsets,
    known: Known,
    infos: ReadonlyMap<string, ValueInfoProto>,
    isMain: boolean,
  ): void {
    const prefix = this.#prefixOf(graph, isMain);
    for (const node of graph.node) {
      const made = this.#node(node, graph, opsets);
      for (const [at, name] of node.output.entries()) {
        if (!name) continue;
        const declared = this.#declared(infos.get(name));
        known.set(name, settled(prefix + name, completed(made[at] ?? nothing, declared)));
        if (isMain) this.#observe(known, name);
      }
    }
  }

  /** Two branches may name values alike: the sizes that a run finds in them are not the same. */
  #prefixOf(graph: Graph, isMain: boolean): string {
    if (isMain) return '';
    const found = this.#prefixes.get(graph) ?? `${this.#prefixes.size}:`;
    this.#prefixes.set(graph, found);
    return found;
  }

  #node(node: NodeProto, graph: Graph, opsets: Opsets): readonly Facts[] {
    const inputs = node.input.map((name) => (name ? this.facts(graph, name) : nothing));
    const body = calledBy(this.#functions, node);
    if (body) return this.#call(node, body, inputs);
    const opset = opsets.get(isDefaultDomain(node.domain) ? '' : (node.domain ?? '')) ?? 1;
    if (isDefaultDomain(node.domain)) {
      const flow = inferControlFlow(node, opset, inputs, (inner, given) =>
        this.#graph(inner, opsets, graph, given),
      );
      if (flow?.branch) this.branches.set(node, flow.branch);
      if (flow?.trips !== undefined) this.trips.set(node, flow.trips);
      if (flow) return flow.outputs;
    }
    return inferOutputs({ node, opset, inputs });
  }

  /** A function's body as this call runs it. */
  #call(node: NodeProto, body: FunctionProto, inputs: readonly Facts[]): readonly Facts[] {
    if (this.#calls.has(body)) return [];
    this.#calls.add(body);
    const called = this.bodies.get(node) ?? instantiate(body, node);
    this.bodies.set(node, called);
    const known = this.#open(called, undefined);
    for (const [at, name] of called.input.entries()) known.set(name, inputs[at] ?? nothing);
    const infos = new Map(called.valueInfo.map((info) => [info.name ?? '', info]));
    this.#nodes(called, opsetsOf(called), known, infos, false);
    this.#calls.delete(body);
    return called.output.map((name) => this.facts(called, name));
  }

  #declared(info: ValueInfoProto | undefined): Facts {
    if (!info) return nothing;
    const facts = declaredFacts(info.type, (size) => this.#named(size));
    return this.#options.general ? { ...facts, shape: undefined } : facts;
  }

  /** A free size of an input: bound, one sample, or a symbol. */
  #free(size: DimensionProto, input: string, axis: number): Dim {
    const name = size.dimParam || `${input}[${axis}]`;
    return this.#bound.get(name) ?? (axis === 0 && !this.#options.general ? 1 : symbol(name));
  }

  /** A free size of an inner value: only a name that is bound says something. */
  #named({ dimParam }: DimensionProto): Dim {
    return (dimParam ? this.#bound.get(dimParam) : undefined) ?? null;
  }

  #observe(known: Known, name: string): void {
    const shape = this.#options.shapes?.get(name);
    const elements = this.#options.constants?.get(name);
    if (!shape && !elements) return;
    const facts = known.get(name) ?? nothing;
    known.set(name, {
      ...facts,
      ...(shape && { shape }),
      ...(elements && { elements }),
    });
  }
}

/** Types, shapes and elements that the rules give a node's outputs. */
function inferOutputs(operands: Operands): readonly Facts[] {
  const { node, inputs } = operands;
  const name = operatorName(node);
  if (Object.hasOwn(sequenceRules, name)) return sequenceRules[name]!(operands);
  const [first] = inputs;
  if (name === 'Identity' && first && (first.sequence || first.optional)) return [first];
  const types = outputTypes(operands);
  const rule = Object.hasOwn(shapeRules, name) ? shapeRules[name] : undefined;
  const shapes = name === 'Constant' ? [constantShape(node)] : (rule?.(operands) ?? []);
  return node.output.map((_, at) => {
    const shape = plausible(shapes[at]);
    const elements = isDefaultDomain(node.domain)
      ? elementsOf(operands, shape, types[at], at)
      : undefined;
    return { type: types[at], shape, elements };
  });
}

/** Sizes that cannot be are unknown: a damaged or unusual model must not make absurd counts. */
const plausible = (shape: Shape | undefined): Shape | undefined =>
  shape?.map((size) =>
    typeof size === 'number' && !(Number.isSafeInteger(size) && size >= 0) ? null : size,
  );

/** Facts as they are kept: a size that is not known gets a name, so that it can be the same again. */
function settled(name: string, facts: Facts): Facts {
  if (!facts.shape?.includes(null)) return facts;
  const shape = facts.shape.map((size, axis) => size ?? foundSize(`${name}[${axis}]`));
  return { ...facts, shape };
}

const sparseFacts = ({ values, dims }: SparseTensorProto): Facts => ({
  type: dataTypeName(values?.dataType),
  shape: dims.map(Number),
});

function constantShape(node: NodeProto): Shape | undefined {
  for (const value of node.attribute) {
    if (value.name === 'value' && value.t) return tensorShape(value.t);
    if (value.name === 'sparse_value') return value.sparseTensor?.dims.map(Number);
    const list = [value.floats, value.ints, value.strings].find(({ length }) => length > 0);
    if (value.name?.startsWith('value_'))
      return value.name.endsWith('s') ? [list?.length ?? 0] : [];
  }
  return undefined;
}

const opsetsOf = ({ opsetImport }: ModelProto | FunctionProto): Opsets =>
  new Map(
    opsetImport.map(({ domain, version }) => [
      isDefaultDomain(domain) ? '' : domain!,
      Number(version ?? 1),
    ]),
  );

/** Sizes of symbols: those that are given, those that observed inputs show, one sample. */
function boundSizes(model: ModelProto, options: InferenceOptions): ReadonlyMap<string, number> {
  const bound = new Map<string, number>();
  const stored = new Set(model.graph?.initializer.map(({ name }) => name));
  const inputs = model.graph?.input.filter(({ name }) => !stored.has(name)) ?? [];
  for (const [at, { name, type }] of inputs.entries()) {
    const dims = type?.tensorType?.shape?.dim ?? [];
    const seen = options.shapes?.get(name ?? '');
    for (const [axis, size] of dims.entries()) {
      const key = size.dimParam || `${name}[${axis}]`;
      if (declaredSize(size) !== null) continue;
      const one = at === 0 && axis === 0 && !options.general ? 1 : undefined;
      const value = seen?.length === dims.length ? seen[axis] : one;
      if (value !== undefined && !bound.has(key)) bound.set(key, value);
    }
  }
  for (const [name, size] of Object.entries(options.dimensions ?? {})) bound.set(name, size);
  return bound;
}
