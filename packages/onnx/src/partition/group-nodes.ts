import { subgraphs } from '../graph/attribute.ts';
import { freeNames } from '../graph/walk.ts';
import type { NodeProto } from '../wire/messages.ts';

export interface Group {
  readonly on: 'accelerator' | 'cpu';
  readonly nodes: readonly NodeProto[];
}

/**
 * Everything before the first node that is not taken, and the rest. Float inputs are quantised
 * before all of it: that alone cuts nothing.
 */
export function oneCut(nodes: readonly NodeProto[], takes: (node: NodeProto) => boolean): Group[] {
  const made = new Set(nodes.flatMap(({ output }) => output));
  const isEntry = (node: NodeProto): boolean =>
    node.opType === 'QuantizeLinear' && !takes(node) && !made.has(node.input[0] ?? '');
  const entries = nodes.filter(isEntry);
  const body = nodes.filter((node) => !isEntry(node));
  const first = body.findIndex((node) => !takes(node));
  const cut = first === -1 ? body.length : first;
  // Where nothing is left for the accelerator, the CPU's part is one.
  const groups: Group[] =
    cut === 0
      ? [{ on: 'cpu', nodes }]
      : [
          { on: 'cpu', nodes: entries },
          { on: 'accelerator', nodes: body.slice(0, cut) },
          { on: 'cpu', nodes: body.slice(cut) },
        ];
  return groups.filter((group) => group.nodes.length > 0);
}

/**
 * Groups that grow until nothing more can be added without waiting for the other side, as ONNX
 * Runtime's `CreateSupportedPartitionNodeGroups` forms them: a node that is not taken and reads
 * from the open group waits until that group is closed; others go ahead of it. No group can then
 * depend on itself through another one.
 */
export function groupNodes(
  nodes: readonly NodeProto[],
  takes: (node: NodeProto) => boolean,
): Group[] {
  const graph = dependencies(nodes);
  const groups: Group[] = [];
  let open: NodeProto[] = [];
  let ahead: NodeProto[] = [];
  let ready = nodes.filter((node) => graph.waitsFor.get(node)!.size === 0);
  let waiting: NodeProto[] = [];
  const border = new Set<NodeProto>();
  const close = () => {
    if (ahead.length > 0) groups.push({ on: 'cpu', nodes: inOrder(ahead, graph.position) });
    if (open.length > 0) groups.push({ on: 'accelerator', nodes: inOrder(open, graph.position) });
    [open, ahead] = [[], []];
    border.clear();
  };
  for (let at = 0; at < ready.length || waiting.length > 0; ) {
    if (at === ready.length) {
      close();
      [ready, waiting, at] = [waiting, [], 0];
    }
    const node = ready[at++]!;
    const taken = takes(node);
    if (!taken && border.has(node)) {
      waiting.push(node);
      continue;
    }
    (taken ? open : ahead).push(node);
    for (const reader of graph.readers.get(node) ?? []) {
      if (taken) border.add(reader);
      const left = graph.waitsFor.get(reader)!;
      left.delete(node);
      if (left.size === 0) ready.push(reader);
    }
  }
  close();
  return mergeNeighbours(groups);
}

/** Neighbouring groups of the CPU are one. */
function mergeNeighbours(groups: readonly Group[]): Group[] {
  const merged: Group[] = [];
  for (const group of groups) {
    const last = merged.at(-1);
    if (last?.on === 'cpu' && group.on === 'cpu')
      merged[merged.length - 1] = { on: 'cpu', nodes: [...last.nodes, ...group.nodes] };
    else merged.push(group);
  }
  return merged;
}

interface Dependencies {
  readonly position: ReadonlyMap<NodeProto, number>;
  readonly readers: ReadonlyMap<NodeProto, readonly NodeProto[]>;
  readonly waitsFor: ReadonlyMap<NodeProto, Set<NodeProto>>;
}

function dependencies(nodes: readonly NodeProto[]): Dependencies {
  const makers = new Map<string, NodeProto>();
  for (const node of nodes) for (const name of node.output) if (name) makers.set(name, node);
  const readers = new Map<NodeProto, NodeProto[]>();
  const waitsFor = new Map<NodeProto, Set<NodeProto>>();
  for (const node of nodes) {
    const from = new Set<NodeProto>();
    for (const name of namesRead(node)) {
      const maker = makers.get(name);
      if (maker && maker !== node) from.add(maker);
    }
    waitsFor.set(node, from);
    for (const maker of from) {
      const known = readers.get(maker);
      if (known) known.push(node);
      else readers.set(maker, [node]);
    }
  }
  return { position: new Map(nodes.map((node, at) => [node, at])), readers, waitsFor };
}

/** What a node reads, through its subgraphs too. */
export function* namesRead(node: NodeProto): Generator<string> {
  yield* node.input;
  for (const graph of subgraphs(node)) yield* freeNames(graph);
}

const inOrder = (
  nodes: readonly NodeProto[],
  position: ReadonlyMap<NodeProto, number>,
): NodeProto[] => [...nodes].sort((a, b) => position.get(a)! - position.get(b)!);
