import { mapGraphs } from '../../graph/map-graphs.ts';
import { NamePool } from '../../pass/name-pool.ts';
import { type PassResult, Report, skipped } from '../../pass/report.ts';
import { type Inference, inferValues } from '../../shape/infer.ts';
import { edit } from '../../wire/message.ts';
import type { GraphProto, NodeProto } from '../../wire/messages.ts';
import type { Model } from '../../wire/model.ts';
import { type JudgeOptions, judge } from '../judge.ts';
import type { SupportList } from '../list.ts';
import { type FoundSubject, subjectsOf } from '../subjects.ts';
import { Draft, type Rewrite } from './rewrite.ts';
import { rewrites } from './rewrites.ts';

export interface FixOptions extends JudgeOptions {
  /** Of this model object, with the same dimensions, where it is at hand already. */
  readonly inference?: Inference;
}

/**
 * Says operators that a provider does not run by operators that it does, wherever that is exact (to
 * rounding). A node is replaced only if the provider runs everything that takes its place; nodes that
 * it runs already, and those of functions, stay as they are.
 */
export function fixModel(
  model: Model,
  list: SupportList,
  { inference: known, ...options }: FixOptions = {},
): PassResult {
  const inference = known ?? inferValues(model, options);
  const refused = new Set(
    judge(model, inference, list, options)
      .filter(({ verdict }) => verdict === 'unsupported')
      .map(({ node }) => node),
  );
  const all = replacements(model, list, refused, inference, options);
  if (all.size === 0)
    return skipped(model, `nothing of it can be said otherwise for ${list.about}`);
  const trial = replace(model, all);
  const taken = new Set(
    judge(trial, inferValues(trial, options), list, options)
      .filter(({ verdict }) => verdict === 'supported')
      .map(({ node }) => node),
  );
  const kept = new Map([...all].filter(([, nodes]) => nodes.every((node) => taken.has(node))));
  const report = new Report();
  for (const node of refused) {
    if (kept.has(node)) report.change(node);
    else if (all.has(node)) report.leave(node, `${list.about} does not run what would replace it`);
  }
  if (kept.size > 0) return report.finish(model, replace(model, kept), '', () => false);
  return skipped(model, `nothing of it can be said otherwise for ${list.about}`);
}

function replacements(
  model: Model,
  list: SupportList,
  refused: ReadonlySet<NodeProto>,
  inference: Inference,
  { dimensions }: JudgeOptions,
): Map<NodeProto, readonly NodeProto[]> {
  const pool = new NamePool(model);
  const found = new Map<NodeProto, readonly NodeProto[]>();
  for (const one of subjectsOf(model, inference, list.types, dimensions)) {
    const { node } = one.subject;
    const nodes = refused.has(node) ? rewritten(one, pool) : undefined;
    if (nodes) found.set(node, nodes);
  }
  return found;
}

function rewritten({ subject }: FoundSubject, pool: NamePool): readonly NodeProto[] | undefined {
  const { node } = subject;
  if (node.domain !== undefined && node.domain !== '' && node.domain !== 'ai.onnx')
    return undefined;
  for (const rewrite of rewrites.filter(({ op }) => op === node.opType)) {
    const draft = new Draft(node, pool);
    if (rewrite.apply(subject, draft)) return draft.nodes;
  }
  return undefined;
}

/** The rewrite that an operator has, if any. */
export const rewriteFor = (op: string): Rewrite | undefined =>
  rewrites.find((rewrite) => rewrite.op === op);

/** Nodes are looked up as they stood before anything inside them was changed. */
function replace(model: Model, by: ReadonlyMap<NodeProto, readonly NodeProto[]>): Model {
  return mapGraphs(model, (graph: GraphProto) => {
    if (!graph.node.some((node) => by.has(node))) return graph;
    return edit(graph, { node: graph.node.flatMap((node) => by.get(node) ?? [node]) });
  });
}
