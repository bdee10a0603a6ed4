import { subgraphs } from '../graph/attribute.ts';
import { opsetVersion } from '../graph/walk.ts';
import type { Sizes, ValueFacts } from '../shape/facts.ts';
import { type Inference, inferValues } from '../shape/infer.ts';
import type { DataTypeName } from '../tensor/data-type.ts';
import type { GraphProto, NodeProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { constantValues } from './constant-values.ts';
import type { SupportList } from './list.ts';
import { dequantisedIn, quantisedTypes } from './quantised-types.ts';
import type { Subject, SubjectValue } from './subject.ts';

/** A node to be judged. */
export interface FoundSubject {
  readonly subject: Subject;
  /** Whether all it makes is known before the model runs. */
  readonly folded: boolean;
  /** Whether it stands in a subgraph. */
  readonly inner: boolean;
}

/**
 * Every node of a model with what is known of its values, outer graphs before inner ones. The same
 * for every list that sees types alike, so that it is found once for an inference.
 */
export function subjectsOf(
  model: Model,
  inference: Inference,
  types: SupportList['types'],
  dimensions?: Readonly<Record<string, number>>,
): readonly FoundSubject[] {
  if (dimensions || inference.model !== model) return find(model, inference, types, dimensions);
  const key = types ?? 'single';
  const known = subjectsByInference.get(inference) ?? new Map<string, readonly FoundSubject[]>();
  subjectsByInference.set(inference, known);
  const subjects = known.get(key) ?? find(model, inference, types);
  known.set(key, subjects);
  return subjects;
}

const subjectsByInference = new WeakMap<Inference, Map<string, readonly FoundSubject[]>>();

function find(
  model: Model,
  inference: Inference,
  types: SupportList['types'],
  dimensions?: Readonly<Record<string, number>>,
): FoundSubject[] {
  // What holds whatever a caller gives is what a compiler knows before the model runs.
  const general = inferValues(model, { general: true, ...(dimensions && { dimensions }) });
  const isConstant = constantValues(model, general);
  const opsets = new Map<string, number>();
  const opsetOf = (domain: string): number => {
    const opset = opsets.get(domain) ?? opsetVersion(model, domain) ?? 1;
    opsets.set(domain, opset);
    return opset;
  };
  const subjects: FoundSubject[] = [];
  const walk = (graph: GraphProto, inner: boolean): void => {
    const dequantised = dequantisedIn(graph);
    const groups = types === 'groups' ? quantisedTypes(graph, inference) : undefined;
    const values = new Map<string, SubjectValue>();
    const found = (name: string, type?: DataTypeName): SubjectValue =>
      new FoundValue(inference.of(graph, name), {
        sizes: general.of(graph, name).shape,
        constant: isConstant(graph, name),
        quantised: dequantised.has(name),
        type,
      });
    const value = (name: string, node: NodeProto): SubjectValue | undefined => {
      if (name === '') return undefined;
      const type = groups?.of(name, node);
      if (type) return found(name, type);
      const known = values.get(name) ?? found(name);
      values.set(name, known);
      return known;
    };
    for (const node of graph.node) {
      subjects.push({
        subject: {
          node,
          graph,
          opset: opsetOf(node.domain ?? ''),
          inputs: node.input.map((name) => value(name, node)),
          outputs: node.output.map((name) => value(name, node)),
        },
        folded: node.output.every((name) => name === '' || isConstant(graph, name)),
        inner,
      });
      for (const body of subgraphs(node)) walk(body, true);
    }
  };
  walk(model.graph, false);
  return subjects;
}

/** Elements are read when a rule asks for them: most are weights, which none does. */
class FoundValue implements SubjectValue {
  readonly type: DataTypeName | undefined;
  readonly shape: Sizes | undefined;
  readonly fixedSizes: Sizes | undefined;
  readonly constant: boolean;
  readonly quantised: boolean;
  readonly #facts: ValueFacts;

  constructor(
    facts: ValueFacts,
    of: {
      readonly sizes: Sizes | undefined;
      readonly constant: boolean;
      readonly quantised: boolean;
      /** Where it is another for the node that is asked about. */
      readonly type: DataTypeName | undefined;
    },
  ) {
    this.#facts = facts;
    this.type = of.type ?? facts.type;
    this.shape = facts.shape;
    this.fixedSizes = of.sizes;
    this.constant = of.constant;
    this.quantised = of.quantised;
  }

  get elements(): readonly number[] | undefined {
    return this.#facts.constant;
  }
}
