/**
 * What the sum of terms misses of a network, it misses of networks like it: a Gaussian process
 * (Rasmussen and Williams 2006, chapter 2) over what is left of the logarithms. Devices agree on
 * that, so that one value stands for a network, runtime and precision: the median over devices.
 * How far similarity reaches, and how much networks have of their own, is chosen by leaving networks
 * out among those that it is fitted to.
 */
import { type KernelMix, similarityOf } from '@selvedge/core/device';
import type { Fit, Group, Sample } from './fit.ts';
import { invert, submatrix, times } from './invert.ts';
import { median } from './validate.ts';

export interface SimilarityFit extends Fit {
  readonly reach: number;
  /** Of the known networks. */
  readonly mixes: Readonly<Record<string, KernelMix>>;
  /** What the similarity of each known network is multiplied with, for a runtime and precision. */
  weights(group: Group): Record<string, number>;
}

/** Variances: what alike networks share everywhere, by precision, by runtime, and by both. */
const shared = { all: 0.05, precision: 0.015, runtime: 0.015, both: 0.02 };
/** What a network has of its own, which tells nothing of others, is one of these parts of that. */
const owns = [0.2, 0.6];
const noise = 0.01;
const reaches = [0.2, 0.25, 0.3, 0.4];
/** What is off by more than e times tells of a compiler's path, not of similarity. */
const most = 1;

/** What is left of a network for a runtime and precision. */
interface Cell {
  readonly id: string;
  readonly mix: KernelMix;
  readonly group: Pick<Group, 'runtime' | 'precision'>;
  readonly left: number;
}

export function fitSimilarity(samples: readonly Sample[], fit: Fit): SimilarityFit {
  const cells = cellsOf(samples, fit);
  const solved = reaches.flatMap((reach) => owns.map((own) => solve(cells, reach, own)));
  const best = solved.reduce((one, other) => (other.missed < one.missed ? other : one));
  const mixes = Object.fromEntries(cells.map(({ id, mix }) => [id, mix]));
  const weights = (group: Group) => {
    const sums: Record<string, number> = {};
    for (const [at, cell] of cells.entries())
      sums[cell.id] = (sums[cell.id] ?? 0) + best.pulls[at]! * variance(cell.group, group);
    return sums;
  };
  return {
    reach: best.reach,
    mixes,
    coefficients: fit.coefficients,
    weights,
    predict(sample) {
      let log = 0;
      for (const [id, weight] of Object.entries(weights(sample.group)))
        log += weight * similarityOf(sample.mix, mixes[id]!, best.reach);
      return fit.predict(sample) * Math.exp(log);
    },
  };
}

function cellsOf(samples: readonly Sample[], fit: Fit): Cell[] {
  const lefts = new Map<string, { sample: Sample; all: number[] }>();
  for (const sample of samples) {
    const { runtime, precision } = sample.group;
    const key = `${sample.id}|${runtime}|${precision}`;
    const found = lefts.get(key) ?? { sample, all: [] };
    found.all.push(Math.log(sample.ms / fit.predict(sample)));
    lefts.set(key, found);
  }
  return [...lefts.values()].map(({ sample: { id, mix, group }, all }) => ({
    id,
    mix,
    group,
    left: Math.max(-most, Math.min(most, median(all))),
  }));
}

/** The process with these settings, and how much it misses of networks that are left out. */
function solve(cells: readonly Cell[], reach: number, own: number) {
  const size = cells.length;
  const alike = similarities(cells, reach);
  const matrix = new Float64Array(size * size);
  for (const [i, a] of cells.entries())
    for (const [j, b] of cells.entries()) {
      const similarity = alike(a.id, b.id) + (a.id === b.id ? own : 0);
      matrix[i * size + j] = variance(a.group, b.group) * similarity + (i === j ? noise : 0);
    }
  const inverse = invert(matrix, size);
  const pulls = times(
    inverse,
    cells.map(({ left }) => left),
  );
  return { reach, pulls, missed: missedOf(cells, inverse, pulls) };
}

/** Mean of what is missed when each network is left out (Rasmussen and Williams, 5.4.2, by blocks). */
function missedOf(cells: readonly Cell[], inverse: Float64Array, pulls: readonly number[]): number {
  let sum = 0;
  for (const id of new Set(cells.map((cell) => cell.id))) {
    const at = cells.flatMap((cell, i) => (cell.id === id ? [i] : []));
    const block = invert(submatrix(inverse, cells.length, at), at.length);
    const missed = times(
      block,
      at.map((i) => pulls[i]!),
    );
    for (const one of missed) sum += Math.abs(one);
  }
  return sum / cells.length;
}

function similarities(cells: readonly Cell[], reach: number) {
  const mixes = new Map(cells.map(({ id, mix }) => [id, mix]));
  const known = new Map<string, number>();
  return (a: string, b: string): number => {
    const key = a < b ? `${a}|${b}` : `${b}|${a}`;
    let alike = known.get(key);
    if (alike === undefined) {
      alike = similarityOf(mixes.get(a)!, mixes.get(b)!, reach);
      known.set(key, alike);
    }
    return alike;
  };
}

function variance(a: Cell['group'], b: Cell['group']): number {
  const precision = a.precision === b.precision;
  const runtime = a.runtime === b.runtime;
  return (
    shared.all +
    (precision ? shared.precision : 0) +
    (runtime ? shared.runtime : 0) +
    (precision && runtime ? shared.both : 0)
  );
}
