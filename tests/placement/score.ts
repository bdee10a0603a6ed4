/** How well a support list predicts where nodes go. */
import { supportList } from '@selvedge/forge';
import {
  inferValues,
  judge,
  type Model,
  type NodeVerdict,
  readModel,
  walkNodes,
} from '@selvedge/onnx';
import type { Case } from './corpus.ts';
import type { CaseTruth, VariedTruth } from './truth.ts';
import { type Plan, variationsOf } from './variations.ts';

/** Counts of nodes. `unsupported` is what is looked for; an unknown is wrong either way. */
export interface Score {
  readonly nodes: number;
  /** Predicted unsupported, and elsewhere. */
  readonly found: number;
  /** Predicted unsupported, or unknown, and taken. */
  readonly alarms: number;
  /** Predicted supported, or unknown, and elsewhere. */
  readonly missed: number;
  readonly unknown: number;
}

/** A node whose prediction was wrong. */
export interface Mistake {
  readonly case: string;
  readonly node: number;
  readonly said: NodeVerdict;
  readonly elsewhere: boolean;
}

export const noScore: Score = { nodes: 0, found: 0, alarms: 0, missed: 0, unknown: 0 };

export const sum = (a: Score, b: Score): Score => ({
  nodes: a.nodes + b.nodes,
  found: a.found + b.found,
  alarms: a.alarms + b.alarms,
  missed: a.missed + b.missed,
  unknown: a.unknown + b.unknown,
});

/** Of what was predicted unsupported, the part that was. */
export const precision = ({ found, alarms }: Score): number =>
  found + alarms === 0 ? 1 : found / (found + alarms);

/** Of what was unsupported, the part that was predicted. */
export const recall = ({ found, missed }: Score): number =>
  found + missed === 0 ? 1 : found / (found + missed);

export const unknownShare = ({ nodes, unknown }: Score): number =>
  nodes === 0 ? 0 : unknown / nodes;

/** Predicts a model's placement from its provider's list alone, and holds it against the truth. */
export function scoreCase(
  { name, model: bytes }: Case,
  truth: CaseTruth,
  provider: string,
): { score: Score; mistakes: Mistake[] } {
  const model = readModel(bytes, { name });
  const list = supportList(provider)!;
  const verdicts = new Map(judge(model, inferValues(model), list).map((one) => [one.node, one]));
  const elsewhere = new Set(truth.elsewhere);
  const outside = new Set([...(truth.gone ?? []), ...(truth.unseen ?? [])]);
  const mistakes: Mistake[] = [];
  let score = noScore;
  for (const [at, { node }] of [...walkNodes(model)].entries()) {
    const said = verdicts.get(node);
    if (node.opType === 'Constant' || outside.has(at) || !said) continue;
    const one = scoreNode(said.verdict, elsewhere.has(at));
    score = sum(score, one);
    if (one.alarms + one.missed > 0)
      mistakes.push({ case: name, node: at, said, elsewhere: elsewhere.has(at) });
  }
  return { score, mistakes };
}

/** The same for the variations of a test, by label. */
export function scoreVariations(
  model: Model,
  truth: VariedTruth['cases'][string],
  provider: string,
  plan: Plan,
): { score: Score; mistakes: string[] } {
  const list = supportList(provider)!;
  const [here, elsewhere] = [new Set(truth.here), new Set(truth.elsewhere)];
  const mistakes: string[] = [];
  let score = noScore;
  for (const { label, model: varied } of variationsOf(model, plan)) {
    if (!here.has(label) && !elsewhere.has(label)) continue;
    const [said] = judge(varied, inferValues(varied), list);
    if (!said) continue;
    const one = scoreNode(said.verdict, elsewhere.has(label));
    score = sum(score, one);
    if (one.alarms + one.missed > 0) mistakes.push(`${said.op} ${label}: ${said.verdict}`);
  }
  return { score, mistakes };
}

function scoreNode(verdict: NodeVerdict['verdict'], elsewhere: boolean): Score {
  const said = verdict === 'unsupported';
  return {
    nodes: 1,
    found: said && elsewhere ? 1 : 0,
    alarms: verdict !== 'supported' && !elsewhere ? 1 : 0,
    missed: !said && elsewhere ? 1 : 0,
    unknown: verdict === 'unknown' ? 1 : 0,
  };
}
