import type { Finding } from '@selvedge/audit';

/** A place that somebody labelled by reading. See repositories/README.md. */
export interface Label {
  readonly file: string;
  readonly line: number;
  readonly service: string;
  readonly kind: Finding['kind'];
  readonly sync: Finding['sync'];
  /** 0 asks the model itself, 1 calls what does, 2 and more call callers. */
  readonly depth: number;
  /** Other lines of the same call. */
  readonly also?: readonly number[];
}

/** A place that counts neither way. */
export interface Aside {
  readonly file: string;
  readonly line: number;
}

export interface Score {
  /** Labelled calls of depth 0 and 1, and how many of them were found. */
  readonly calls: number;
  readonly found: number;
  /** The same of callers of callers. */
  readonly deep: number;
  readonly deepFound: number;
  /** Findings that count, and those among them that are on no label. */
  readonly findings: number;
  readonly wrong: readonly Finding[];
  readonly missed: readonly Label[];
  /** Of the labelled calls that were found and whose `sync` is known: how many agree. */
  readonly timed: number;
  readonly timedRight: number;
  readonly mistimed: readonly { readonly label: Label; readonly said: Finding['sync'] }[];
}

/**
 * Holds findings against labels. A finding is on a label when it is in the same file and at most
 * one line from the label's line or from another line of the same call. Two findings on one label
 * are one.
 */
export function score(
  findings: readonly Finding[],
  labels: readonly Label[],
  asides: readonly Aside[] = [],
): Score {
  const taken = new Map<Finding, Label>();
  const foundBy = new Map<Label, Finding>();
  for (const distance of [0, 1])
    for (const finding of findings) {
      if (taken.has(finding)) continue;
      const label = labels.find(
        (label) => !foundBy.has(label) && distanceOf(finding, label) <= distance,
      );
      if (!label) continue;
      taken.set(finding, label);
      foundBy.set(label, finding);
    }
  const counted = findings.filter((finding) => !isAside(finding, labels, asides, taken));
  const calls = labels.filter(({ depth }) => depth < 2);
  const deep = labels.filter(({ depth }) => depth >= 2);
  const timed = calls.filter((label) => foundBy.has(label) && label.sync !== 'unknown');
  const mistimed = timed
    .map((label) => ({ label, said: foundBy.get(label)!.sync }))
    .filter(({ label, said }) => label.sync !== said);
  return {
    calls: calls.length,
    found: calls.filter((label) => foundBy.has(label)).length,
    deep: deep.length,
    deepFound: deep.filter((label) => foundBy.has(label)).length,
    findings: counted.length,
    wrong: counted.filter((finding) => !taken.has(finding)),
    missed: calls.filter((label) => !foundBy.has(label)),
    timed: timed.length,
    timedRight: timed.length - mistimed.length,
    mistimed,
  };
}

/** Several scores as one. */
export function sum(scores: readonly Score[]): Score {
  const total = (of: (score: Score) => number) => scores.reduce((sum, score) => sum + of(score), 0);
  return {
    calls: total(({ calls }) => calls),
    found: total(({ found }) => found),
    deep: total(({ deep }) => deep),
    deepFound: total(({ deepFound }) => deepFound),
    findings: total(({ findings }) => findings),
    wrong: scores.flatMap(({ wrong }) => wrong),
    missed: scores.flatMap(({ missed }) => missed),
    timed: total(({ timed }) => timed),
    timedRight: total(({ timedRight }) => timedRight),
    mistimed: scores.flatMap(({ mistimed }) => mistimed),
  };
}

export const recall = ({ calls, found }: Score): number => (calls === 0 ? 1 : found / calls);

export const precision = ({ findings, wrong }: Score): number =>
  findings === 0 ? 1 : 1 - wrong.length / findings;

/** Agreement on who waits. */
export const agreement = ({ timed, timedRight }: Score): number =>
  timed === 0 ? 1 : timedRight / timed;

function distanceOf(finding: Finding, label: Label): number {
  if (finding.file !== label.file) return Number.POSITIVE_INFINITY;
  return Math.min(
    ...[label.line, ...(label.also ?? [])].map((line) => Math.abs(line - finding.line)),
  );
}

/** What counts neither way: an aside, a second finding on a label, a local model. */
function isAside(
  finding: Finding,
  labels: readonly Label[],
  asides: readonly Aside[],
  taken: ReadonlyMap<Finding, Label>,
): boolean {
  if (taken.has(finding)) return false;
  if (labels.some((label) => distanceOf(finding, label) === 0)) return true;
  return asides.some(({ file, line }) => finding.file === file && finding.line === line);
}
