import { makeNode } from '../build/make.ts';
import { definedNames, scopes } from '../graph/walk.ts';
import { NamePool } from '../pass/name-pool.ts';
import { repeatedInitializer } from '../pass/repeated-initializer.ts';
import { type PassResult, Report, skipped } from '../pass/report.ts';
import { inferValues } from '../shape/infer.ts';
import type { InferenceOptions } from '../shape/inference-options.ts';
import { edit } from '../wire/message.ts';
import type { GraphProto, NodeProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { dropUnread } from './drop-unread.ts';
import { renameMade } from './rename-values.ts';

/**
 * Puts the nodes of a branch in the place of an If of the main graph that always takes it, then of
 * the Ifs among those. Values keep their names, except those that another graph defines too.
 *
 * @param options what is known beyond the graph: `constants` or `shapes` of an observation. The
 * result then stands for such inputs only.
 */
export function inlineBranches(model: Model, options: InferenceOptions = {}): PassResult {
  const repeated = repeatedInitializer(model);
  if (repeated) return skipped(model, repeated);
  const report = new Report();
  let inlined = model;
  for (let before: Model | undefined; before !== inlined; ) {
    before = inlined;
    inlined = inlineOnce(inlined, options, report);
  }
  return report.finish(model, inlined, 'no If always takes the same branch', () => false);
}

function inlineOnce(model: Model, options: InferenceOptions, report: Report): Model {
  const inference = inferValues(model, { general: true, ...options });
  const { graph } = model;
  const at = graph.node.findIndex((node) => inference.branchOf(node) !== undefined);
  const node = graph.node[at];
  const branch = node && inference.branchOf(node);
  if (!node || !branch || branch.sparseInitializer.length > 0) return model;
  report.change(node);
  const renames = renamesOf(model, node, branch);
  const nodes = branch.node.map((entry) => renameMade(entry, renames));
  const stored = branch.initializer.map((tensor) => {
    const name = renames.get(tensor.name ?? '');
    return name === undefined ? tensor : edit(tensor, { name });
  });
  // An output that is no node's under its own name is passed on by one.
  const made = new Set(nodes.flatMap(({ output }) => output));
  const passed = node.output.flatMap((name, position) => {
    const from = branch.output[position]?.name ?? '';
    return name === '' || made.has(name)
      ? []
      : [
          makeNode(
            'Identity',
            [renames.get(from) ?? from],
            [name],
            {},
            { name: `${node.name ?? name}.${position}` },
          ),
        ];
  });
  const changed = edit(graph, {
    node: graph.node.toSpliced(at, 1, ...nodes, ...passed),
    initializer: [...graph.initializer, ...stored],
  });
  return edit(model, { graph: dropUnread(changed, new Set(node.input)) });
}

/** New names for what a branch defines: the If's own for outputs, free ones where one is taken. */
function renamesOf(model: Model, node: NodeProto, branch: GraphProto): Map<string, string> {
  const own = definedNames(branch);
  const elsewhere = new Set<string>();
  for (const { graph, holder } of scopes(model)) {
    if (holder === node || !('initializer' in graph)) continue;
    for (const name of definedNames(graph)) elsewhere.add(name);
  }
  const names = new NamePool(model);
  const renames = new Map<string, string>();
  for (const name of own) if (elsewhere.has(name)) renames.set(name, names.fresh(name));
  const made = new Set(branch.node.flatMap(({ output }) => output));
  const taken = new Set<string>();
  for (const [at, { name = '' }] of branch.output.entries()) {
    const outer = node.output[at];
    if (!outer || !made.has(name) || taken.has(name)) continue;
    taken.add(name);
    renames.set(name, outer);
  }
  return renames;
}
