import { operatorName } from '../graph/attribute.ts';
import type { GraphProto, NodeProto } from '../wire/messages.ts';
import type { SupportList } from './list.ts';
import type { Subject, SubjectValue } from './subject.ts';

/** A node as it was judged, without regard to its neighbours. */
export interface JudgedSubject {
  readonly subject: Subject;
  /** Whether the runtime folds it: then it runs nowhere. */
  readonly folded: boolean;
  readonly taken: boolean;
}

/** Constants up to this many elements are copied rather than waited for. */
const smallElements = 100;

/**
 * Nodes that a provider would run, but that only compute with what is in the host's memory already:
 * sizes, and what follows from them. ONNX Runtime keeps those on the CPU to save the copies
 * (`GetCpuPreferredNodes` in core/framework/fallback_cpu_capability.cc): beginning with what a
 * kernel writes to host memory, a reader whose inputs are all there, are small constants or are
 * inputs of the graph stays, unless its kernel wants that input on the host anyway.
 *
 * @param judged all nodes of a model, those of a graph in the order in which they run
 */
export function hostNodes(
  judged: readonly JudgedSubject[],
  { makes, reads }: NonNullable<SupportList['host']>,
): ReadonlySet<NodeProto> {
  const staying = new Set<NodeProto>();
  for (const [graph, nodes] of byGraph(judged)) {
    const given = new Set(graph.input.map(({ name }) => name));
    const onHost = new Set<string>();
    for (const { subject, taken } of nodes) {
      const { node, inputs } = subject;
      const op = operatorName(node);
      const stays = (name: string, at: number): boolean =>
        name === '' ||
        isSmallConstant(inputs[at]) ||
        given.has(name) ||
        (onHost.has(name) && !reads[op]?.includes(at));
      const reached = node.input.some((name) => onHost.has(name));
      if (reached && taken && node.input.every(stays)) staying.add(node);
      const writesThere = taken ? staying.has(node) || makes.includes(op) : reached;
      if (writesThere) for (const name of node.output) onHost.add(name);
    }
  }
  return staying;
}

function byGraph(judged: readonly JudgedSubject[]): Map<GraphProto, JudgedSubject[]> {
  const graphs = new Map<GraphProto, JudgedSubject[]>();
  for (const one of judged) {
    if (one.folded) continue;
    const { graph } = one.subject;
    const known = graphs.get(graph);
    if (known) known.push(one);
    else graphs.set(graph, [one]);
  }
  return graphs;
}

function isSmallConstant(value: SubjectValue | undefined): boolean {
  if (!value?.constant || !value.shape) return false;
  return value.shape.reduce<number>((count, size) => count * (size ?? 0), 1) <= smallElements;
}
