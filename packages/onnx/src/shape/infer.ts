import type { FunctionProto, GraphProto, ModelProto, NodeProto } from '../wire/messages.ts';
import { publicFacts, type ValueFacts } from './facts.ts';
import type { InferenceOptions } from './inference-options.ts';
import { InferenceRun } from './inference-run.ts';

/** What is known of every value, by the graph that defines it. */
export interface Inference {
  readonly model: ModelProto;
  readonly options: InferenceOptions;
  /** Facts of a value as seen from a graph: its own values first, then those of outer graphs. */
  of(graph: GraphProto | FunctionProto, name: string): ValueFacts;
  /** Of an If: the branch that it takes, where that is known. */
  branchOf(node: NodeProto): GraphProto | undefined;
  /** Of a Loop or Scan: how often its body runs, where that is known. */
  tripsOf(node: NodeProto): number | undefined;
  /** The body that a call of one of the model's functions runs, with the call's attributes in it. */
  bodyOf(node: NodeProto): FunctionProto | undefined;
}

/**
 * Element types and shapes of a model's values, and small constants, without running it.
 *
 * The first dimension of an input, if free, is taken as 1: one sample. Other free dimensions become
 * symbols unless `dimensions` names them; a symbol, or an expression of them, is the same size
 * wherever it stands. Where no rule applies, what the model declares (`value_info`) is used; what
 * remains is unknown, never guessed.
 */
export function inferValues(model: ModelProto, options: InferenceOptions = {}): Inference {
  const run = new InferenceRun(model, options);
  const seen = new WeakMap<object, ValueFacts>();
  return {
    model,
    options,
    of: (graph, name) => {
      const facts = run.facts(graph, name);
      const shown = seen.get(facts) ?? publicFacts(facts);
      seen.set(facts, shown);
      return shown;
    },
    branchOf: (node) => run.branches.get(node),
    tripsOf: (node) => run.trips.get(node),
    bodyOf: (node) => run.bodies.get(node),
  };
}

/** What a run showed of a model. */
export interface Observed {
  /** Shapes of values of the main graph, inputs among them. */
  readonly shapes?: ReadonlyMap<string, readonly number[]>;
  /** Elements of small inputs that say what runs: see {@link InferenceOptions.constants}. */
  readonly constants?: ReadonlyMap<string, readonly number[]>;
}

/** An inference again, with what a run showed; rules carry it on to what the run did not show. */
export function withObserved(inference: Inference, observed: Observed): Inference {
  const { model, options } = inference;
  const merge = <T>(a?: ReadonlyMap<string, T>, b?: ReadonlyMap<string, T>) =>
    new Map([...(a ?? []), ...(b ?? [])]);
  return inferValues(model, {
    ...options,
    shapes: merge(options.shapes, observed.shapes),
    constants: merge(options.constants, observed.constants),
  });
}
