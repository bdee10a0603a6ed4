import { isDefaultDomain, operatorName } from '../graph/attribute.ts';
import type { Inference } from '../shape/infer.ts';
import type { FunctionProto, GraphProto, NodeProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { type Asked, askRule, askWhere } from './ask.ts';
import type { Condition } from './condition.ts';
import type { SupportList, SupportRule } from './list.ts';
import type { Subject } from './subject.ts';
import { type FoundSubject, subjectsOf } from './subjects.ts';

/** Whether a provider runs a node, as far as its list tells. */
export interface NodeVerdict {
  readonly node: NodeProto;
  /** The graph it stands in: the main one or a subgraph. */
  readonly graph: GraphProto;
  /** The node's name, or its first output where it has none. */
  readonly name: string;
  /** As `operatorName` gives it. */
  readonly op: string;
  readonly verdict: 'supported' | 'unsupported' | 'unknown';
  /** Why, in words; empty for `supported`. */
  readonly reason: string;
  /** The rule that decided: its id, `constant`, `function`, `unlisted`, `always` or `subgraph`. */
  readonly rule: string;
  /** The condition that decided, where it was one. */
  readonly failing?: Condition;
}

export interface JudgeOptions {
  /** Free dimensions that the session fixes, by name. */
  readonly dimensions?: Readonly<Record<string, number>>;
  /**
   * Whether the runtime folds constants before it asks the provider, as ONNX Runtime does unless
   * its optimisations are off. Folded nodes run nowhere and count as supported. True by default.
   */
  readonly folds?: boolean;
}

/**
 * Asks a support list about every node of a model, those in subgraphs included; of a function that
 * the model defines only the operators are looked at. Pure: nothing is run.
 *
 * A node is supported where one rule of its operator takes it, unsupported where every rule refuses
 * it, and unknown where too little is known of its values to tell, or where the list does not claim
 * to be whole and does not name the operator.
 *
 * @param inference what is known of the model's values (`inferValues`), of the same model object
 */
export function judge(
  model: Model,
  inference: Inference,
  list: SupportList,
  options: JudgeOptions = {},
): NodeVerdict[] {
  const rules = new Map<string, SupportRule[]>();
  for (const rule of list.rules) {
    const known = rules.get(rule.op);
    if (known) known.push(rule);
    else rules.set(rule.op, [rule]);
  }
  const functions = new Map(model.functions.map((body) => [functionKey(body), body]));
  const decide = ({ subject, folded, inner }: FoundSubject): Decided => {
    const { node } = subject;
    if (isConstantNode(node) || (folded && options.folds !== false)) return taken('constant');
    if (inner && list.subgraphs === 'whole')
      return refused('subgraph', 'the provider takes nothing inside a subgraph');
    const own = rules.get(operatorName(node));
    if (own) return judgeNode(subject, own, list);
    const body = functions.get(functionKey({ ...node, name: node.opType }));
    return judgeUnlisted(node, body, rules, list);
  };
  return subjectsOf(model, inference, list.types, options.dimensions).map((found) => {
    const { node, graph } = found.subject;
    const name = node.name || node.output[0] || '';
    return { node, graph, name, op: operatorName(node), ...decide(found) };
  });
}

type Decided = Pick<NodeVerdict, 'verdict' | 'reason' | 'rule' | 'failing'>;

const taken = (rule: string): Decided => ({ verdict: 'supported', reason: '', rule });
const refused = (rule: string, reason: string): Decided => ({
  verdict: 'unsupported',
  reason,
  rule,
});
const answered = (verdict: NodeVerdict['verdict'], rule: string, asked: Asked): Decided => ({
  verdict,
  reason: asked.reason,
  rule,
  ...(asked.failing && { failing: asked.failing }),
});

const isConstantNode = (node: NodeProto): boolean =>
  node.opType === 'Constant' && isDefaultDomain(node.domain);

/** What names a function of a model, and what its calls name (ONNX IR, "Functions"). */
const functionKey = (of: {
  domain?: string;
  name?: string | undefined;
  overload?: string;
}): string => `${isDefaultDomain(of.domain) ? '' : of.domain}:${of.name}:${of.overload ?? ''}`;

/**
 * A node without a rule. A function of the model is run as the nodes it holds: their types are the
 * caller's, so that only their names are asked for.
 */
function judgeUnlisted(
  node: NodeProto,
  body: FunctionProto | undefined,
  rules: ReadonlyMap<string, readonly SupportRule[]>,
  list: SupportList,
): Decided {
  const missing = body?.node.find(
    (inner) => !isConstantNode(inner) && !rules.has(operatorName(inner)),
  );
  if (body && !missing) return taken('function');
  const whose = missing
    ? `${operatorName(missing)} in the function ${body?.name}`
    : operatorName(node);
  const reason = `${whose} is not on the list of ${list.about} ${list.version}`;
  return { ...refused('unlisted', reason), verdict: list.unlisted };
}

function judgeNode(subject: Subject, rules: readonly SupportRule[], list: SupportList): Decided {
  const always = askWhere(list.always, subject);
  if (always.holds === false) return answered('unsupported', 'always', always);
  const asked = rules.map((rule): [SupportRule, Asked] => [rule, askRule(rule, subject)]);
  const takes = asked.find(([, { holds }]) => holds === true);
  if (takes && always.holds) return taken(takes[0].id);
  if (takes) return answered('unknown', 'always', always);
  const open = asked.find(([, { holds }]) => holds === undefined);
  if (open) return answered('unknown', open[0].id, open[1]);
  // The rule that went furthest says best what is missing.
  const [rule, last] = asked.reduce((best, one) => (one[1].step > best[1].step ? one : best));
  return answered('unsupported', rule.id, last);
}
