/** A node as passes name it. */
export interface NamedNode {
  readonly node: string;
  readonly op: string;
}

/** Nodes that change precision together: a layer with weights and what follows up to the next. */
export interface LayerGroup {
  readonly nodes: readonly string[];
  /** The layer's own name and operator; of several layers the first one's. */
  readonly node: string;
  readonly op: string;
  /** Layers in it. */
  readonly layers: number;
}

/** Operators whose weights are quantised. */
const weighted: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/**
 * Cuts a chain of quantised nodes, in the order of the graph, into groups of about equally many
 * layers, at most `most` of them. What stands before the first layer goes with it.
 */
export function layerGroups(nodes: readonly NamedNode[], most: number): LayerGroup[] {
  const layers: NamedNode[][] = [];
  for (const node of nodes) {
    const last = layers.at(-1);
    const begins = weighted.has(node.op) && last?.some(({ op }) => weighted.has(op));
    if (!last || begins) layers.push([node]);
    else last.push(node);
  }
  const perGroup = Math.ceil(layers.length / most);
  const groups: LayerGroup[] = [];
  for (let first = 0; first < layers.length; first += perGroup) {
    groups.push(groupOf(layers.slice(first, first + perGroup)));
  }
  return groups;
}

function groupOf(layers: readonly (readonly NamedNode[])[]): LayerGroup {
  const all = layers.flat();
  const head = all.find(({ op }) => weighted.has(op)) ?? (all[0] as NamedNode);
  return { ...head, nodes: all.map(({ node }) => node), layers: layers.length };
}
