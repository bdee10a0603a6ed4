import { attribute, intsAttribute } from '../graph/attribute.ts';
import type { Sizes } from '../shape/facts.ts';
import type { NodeProto } from '../wire/messages.ts';

/**
 * Comparisons that an ensemble of decision trees makes at most: the longest way down each of its
 * trees, for each sample (ai.onnx.ml TreeEnsembleClassifier, TreeEnsembleRegressor, TreeEnsemble).
 */
export function ensembleComparisons({
  node,
  of,
}: {
  readonly node: NodeProto;
  of(at: number): Sizes | undefined;
}): number | undefined {
  const x = of(0);
  const rows = x && (x.length < 2 ? 1 : x[0]);
  if (typeof rows !== 'number') return undefined;
  const depth = attribute(node, 'tree_roots') ? depthOfRoots(node) : depthOfTrees(node);
  return depth === undefined ? undefined : rows * depth;
}

/** TreeEnsemble-5: nodes by index; a branch that is a leaf says so. */
function depthOfRoots(node: NodeProto): number | undefined {
  const [yes, no] = ['nodes_truenodeids', 'nodes_falsenodeids'].map((name) =>
    intsAttribute(node, name),
  );
  const [yesLeaf, noLeaf] = ['nodes_trueleafs', 'nodes_falseleafs'].map((name) =>
    intsAttribute(node, name),
  );
  const roots = intsAttribute(node, 'tree_roots');
  if (!yes || !no || !roots) return undefined;
  const next = (at: number) => [
    ...(yesLeaf?.[at] ? [] : [yes[at]!]),
    ...(noLeaf?.[at] ? [] : [no[at]!]),
  ];
  return sumOfDepths(roots, yes.length, next, () => true);
}

/** Versions 1 and 3: nodes by tree and id, branches within a tree. */
function depthOfTrees(node: NodeProto): number | undefined {
  const trees = intsAttribute(node, 'nodes_treeids');
  const ids = intsAttribute(node, 'nodes_nodeids');
  const [yes, no] = ['nodes_truenodeids', 'nodes_falsenodeids'].map((name) =>
    intsAttribute(node, name),
  );
  const modes = attribute(node, 'nodes_modes')?.strings.map((mode) =>
    new TextDecoder().decode(mode),
  );
  if (!trees || !ids || !yes || !no || !modes) return undefined;
  const places = new Map(ids.map((id, at) => [`${trees[at]} ${id}`, at]));
  const place = (at: number, id: number) => places.get(`${trees[at]} ${id}`);
  const isBranch = (at: number) => modes[at] !== 'LEAF';
  const next = (at: number) =>
    [place(at, yes[at] ?? -1), place(at, no[at] ?? -1)].filter((to) => to !== undefined);
  const inner = new Set(ids.flatMap((_, at) => (isBranch(at) ? next(at) : [])));
  const roots = ids.flatMap((_, at) => (inner.has(at) ? [] : [at]));
  return sumOfDepths(roots, ids.length, next, isBranch);
}

/** The longest ways from each root, added; a damaged tree that runs in a circle has none. */
function sumOfDepths(
  roots: readonly number[],
  count: number,
  next: (at: number) => readonly number[],
  isBranch: (at: number) => boolean,
): number | undefined {
  let sum = 0;
  for (const root of roots) {
    let [depth, level] = [0, isBranch(root) ? [root] : []];
    for (; level.length > 0; depth++) {
      if (depth > count) return undefined;
      level = [...new Set(level.flatMap(next))].filter((at) => at < count && isBranch(at));
    }
    sum += depth;
  }
  return sum;
}
