import { type ComputeUnit, profileOf } from '@selvedge/core/device';
import {
  fixModel,
  hintFor,
  type Inference,
  type InferenceOptions,
  inferValues,
  judge,
  type Model,
  type NodeVerdict,
  type Partitioning,
  type PartitionPolicy,
  partition,
  type SupportList,
} from '@selvedge/onnx';
import { lackedBy, tooNewFor } from './not-loaded.ts';
import { providers } from './providers.ts';
import { supportList } from './support-list.ts';

/** A node that the provider does not run, or of which that is not known. */
export interface Finding {
  readonly op: string;
  readonly node: string;
  readonly reason: string;
  readonly rule: string;
  /** What would change it; absent where nothing is known that would. */
  readonly hint?: string;
}

/** What is known of a model on one processor of a target. */
export interface TargetVerdict {
  readonly target: string;
  readonly unit: ComputeUnit['kind'];
  readonly provider: string;
  /** Of the operator list; empty where there is none. */
  readonly version: string;
  /** `none`: nothing of it runs there; `unknown`: too little is known to say. */
  readonly verdict: 'full' | 'partial' | 'none' | 'unknown';
  readonly nodes: {
    readonly supported: number;
    readonly unsupported: number;
    readonly unknown: number;
  };
  /** Part of all MACs (of all nodes, where there are no MACs) that would run on the CPU; null where it is not known, and where nothing can. */
  readonly fallbackShare: number | null;
  /** Groups of nodes that the processor would run; null where it is not known. */
  readonly partitions: number | null;
  /** Bytes that pass between the processor and the CPU inside the model; null where it is not known. */
  readonly crossingBytes: number | null;
  readonly unsupported: readonly Finding[];
  readonly unknown: readonly Finding[];
  /** Why, in a sentence. */
  readonly reason: string;
}

/** The verdict with what it was derived from. */
export interface Compatibility {
  readonly verdict: TargetVerdict;
  readonly nodes: readonly NodeVerdict[];
  /** Absent where the provider has no list. */
  readonly partitioning?: Partitioning;
}

export interface VerdictOptions extends InferenceOptions {
  /** Of this model object, where it is at hand already. */
  readonly inference?: Inference;
}

/**
 * What a target's accelerator (its processor, where it has no accelerator) runs of a model.
 *
 * @throws SelvedgeError `not-found` for a target that the catalogue lacks
 */
export function verdictFor(
  target: string,
  model: Model,
  options: VerdictOptions = {},
): Compatibility {
  const { units } = profileOf(target);
  const unit = units.find(({ kind }) => kind !== 'cpu') ?? units[0]!;
  return verdictOn(target, unit, model, options);
}

/** The same for one processor of a target. */
export function verdictOn(
  target: string,
  { kind, provider }: Pick<ComputeUnit, 'kind' | 'provider'>,
  model: Model,
  options: VerdictOptions = {},
): Compatibility {
  const entry = providers[provider];
  const list = entry?.list === undefined ? undefined : supportList(entry.list);
  const head = { target, unit: kind, provider };
  const tooNew = tooNewFor(target, model);
  if (tooNew) return { verdict: { ...head, version: list?.version ?? '', ...tooNew }, nodes: [] };
  if (!entry || !list) {
    const reason = entry?.reason ?? `no operator list of ${provider} is known`;
    return { verdict: { ...head, ...unknownTo(model, reason) }, nodes: [] };
  }
  const inference = options.inference ?? inferValues(model, options);
  // On a processor's own provider there is nothing to fall back to: what it lacks, it cannot load.
  const asked = { list, policy: entry.policy, isOwn: kind === 'cpu' };
  const found = recall(inference, asked) ?? judgeOn(asked, model, inference, options);
  keep(inference, asked, found);
  const lacked = kind === 'cpu' ? undefined : lackedBy(target, model, found.nodes);
  return { ...found, verdict: { ...head, ...found.verdict, ...lacked } };
}

/** What decides a verdict beside the model: targets differ in no more. */
interface Asked {
  readonly list: SupportList;
  readonly policy: PartitionPolicy;
  readonly isOwn: boolean;
}

interface Judged extends Omit<Compatibility, 'verdict'> {
  readonly verdict: Omit<TargetVerdict, 'target' | 'unit' | 'provider'>;
}

/** Of an inference all that was judged with it: many targets share a list. */
const judged = new WeakMap<Inference, (Asked & { readonly found: Judged })[]>();

const recall = (inference: Inference, { list, policy, isOwn }: Asked): Judged | undefined =>
  judged
    .get(inference)
    ?.find((one) => one.list === list && one.policy === policy && one.isOwn === isOwn)?.found;

function keep(inference: Inference, asked: Asked, found: Judged): void {
  if (recall(inference, asked)) return;
  judged.set(inference, [...(judged.get(inference) ?? []), { ...asked, found }]);
}

function judgeOn(
  { list, policy, isOwn }: Asked,
  model: Model,
  inference: Inference,
  { dimensions }: VerdictOptions,
): Judged {
  const nodes = judge(model, inference, list, { ...(dimensions && { dimensions }) });
  const replaced = replacedNodes(nodes, model, list, inference, dimensions);
  const partitioning = partition(model, inference, nodes, policy);
  const counts = countVerdicts(nodes);
  const verdict = isOwn ? ownVerdict(counts) : verdictOf(counts, partitioning);
  return {
    verdict: {
      version: list.version,
      verdict,
      nodes: counts,
      fallbackShare: isOwn ? (verdict === 'none' ? null : 0) : partitioning.fallbackShare,
      partitions: isOwn ? (verdict === 'none' ? 0 : 1) : partitioning.accelerated,
      crossingBytes: isOwn ? 0 : partitioning.crossingBytes,
      unsupported: findings(nodes, 'unsupported', model, replaced),
      unknown: findings(nodes, 'unknown', model, replaced),
      reason: reasonOf(verdict, counts, list.about),
    },
    nodes,
    partitioning,
  };
}

type Counts = TargetVerdict['nodes'];

function unknownTo(
  model: Model,
  reason: string,
): Omit<TargetVerdict, 'target' | 'unit' | 'provider'> {
  return {
    version: '',
    verdict: 'unknown',
    nodes: { supported: 0, unsupported: 0, unknown: model.graph.node.length },
    fallbackShare: null,
    partitions: null,
    crossingBytes: null,
    unsupported: [],
    unknown: [],
    reason,
  };
}

function countVerdicts(nodes: readonly NodeVerdict[]): Counts {
  const count = (wanted: NodeVerdict['verdict']) =>
    nodes.filter(({ verdict }) => verdict === wanted).length;
  return {
    supported: count('supported'),
    unsupported: count('unsupported'),
    unknown: count('unknown'),
  };
}

function verdictOf(counts: Counts, { accelerated }: Partitioning): TargetVerdict['verdict'] {
  const { unsupported, unknown } = counts;
  if (unsupported === 0) return unknown === 0 ? 'full' : 'unknown';
  return accelerated === 0 ? 'none' : 'partial';
}

function ownVerdict({ unsupported, unknown }: Counts): TargetVerdict['verdict'] {
  if (unsupported > 0) return 'none';
  return unknown > 0 ? 'unknown' : 'full';
}

/** Names of the nodes that --fix would say otherwise for this list. */
function replacedNodes(
  nodes: readonly NodeVerdict[],
  model: Model,
  list: SupportList,
  inference: Inference,
  dimensions: InferenceOptions['dimensions'],
): ReadonlySet<string> {
  if (nodes.every(({ verdict }) => verdict !== 'unsupported')) return new Set();
  const { report } = fixModel(model, list, { inference, ...(dimensions && { dimensions }) });
  return new Set(report.changed.map(({ node }) => node));
}

const findings = (
  nodes: readonly NodeVerdict[],
  wanted: NodeVerdict['verdict'],
  model: Model,
  replaced: ReadonlySet<string>,
): Finding[] =>
  nodes
    .filter(({ verdict }) => verdict === wanted)
    .map((found) => {
      const hint = hintFor(found, model, replaced);
      const { op, name, reason, rule } = found;
      return { op, node: name, reason, rule, ...(hint && { hint }) };
    });

function reasonOf(verdict: TargetVerdict['verdict'], counts: Counts, about: string): string {
  const { supported, unsupported, unknown } = counts;
  const total = supported + unsupported + unknown;
  if (verdict === 'full') return `all ${total} nodes run on ${about}`;
  if (verdict === 'none') return `nothing of it runs on ${about}`;
  const open = unknown > 0 ? `, ${unknown} unknown` : '';
  return `${unsupported} of ${total} nodes are not for ${about}${open}`;
}
