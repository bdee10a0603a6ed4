import { subgraphs } from '../graph/attribute.ts';
import { opsetVersion } from '../graph/walk.ts';
import { type Inference, inferValues } from '../shape/infer.ts';
import type { GraphProto } from '../wire/messages.ts';
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

/** Every node of a model with what is known of its values, outer graphs before inner ones. */
export function subjectsOf(
  model: Model,
  inference: Inference,
  types: SupportList['types'],
  dimensions?: Readonly<Record<string, number>>,
): FoundSubject[] {
  // What holds whatever a caller gives is what a compiler knows before the model runs.
  const general = inferValues(model, { general: true, ...(dimensions && { dimensions }) });
  const isConstant = constantValues(model, general);
  const found: FoundSubject[] = [];
  const valueAt = (graph: GraphProto, name: string) => {
    const { type, shape, constant } = inference.of(graph, name);
    const { shape: sizes } = general.of(graph, name);
    return {
      ...(type && { type }),
      ...(shape && { shape }),
      ...(sizes && { fixedSizes: sizes }),
      constant: isConstant(graph, name),
      ...(constant && { elements: constant }),
    };
  };
  const walk = (graph: GraphProto, inner: boolean): void => {
    const dequantised = dequantisedIn(graph);
    const groups = types === 'groups' ? quantisedTypes(graph, inference) : undefined;
    for (const node of graph.node) {
      const value = (name: string): SubjectValue | undefined => {
        if (name === '') return undefined;
        const plain = { ...valueAt(graph, name), quantised: dequantised.has(name) };
        const type = groups?.of(name, node);
        return type ? { ...plain, type } : plain;
      };
      found.push({
        subject: {
          node,
          graph,
          opset: opsetVersion(model, node.domain ?? '') ?? 1,
          inputs: node.input.map(value),
          outputs: node.output.map(value),
        },
        folded: node.output.every((name) => name === '' || isConstant(graph, name)),
        inner,
      });
      for (const body of subgraphs(node)) walk(body, true);
    }
  };
  walk(model.graph, false);
  return found;
}
