/**
 * Fits the latency model: `ms = Σ coefficient(group, term) · amount(term)`, where a group is a
 * device, a runtime and a precision. Coefficients are positive, and their logarithms are sums of a
 * shared part, one of the precision, one of the runtime at that precision, one of the device, and
 * one of the group for each kind of term. Ridge penalties pull each part to zero, so that groups
 * borrow from one another what they have not seen. The loss is Huber's on the logarithm of the
 * ratio, minimised by Adam (Kingma and Ba 2015) from a fixed start: the same data give the same fit.
 */

import type { KernelMix } from '@selvedge/core/device';

/** One latency with what predicts it. */
export interface Sample {
  /** The network's. */
  readonly id: string;
  readonly family: string;
  readonly group: Group;
  readonly terms: ReadonlyMap<string, number>;
  readonly mix: KernelMix;
  readonly ms: number;
}

export interface Group {
  readonly device: string;
  readonly runtime: string;
  readonly precision: string;
}

export interface Fit {
  /** Milliseconds per unit of a term for a group. */
  coefficients(group: Group): Record<string, number>;
  predict(sample: Sample): number;
}

const penalties = { shared: 3, precision: 5, runtime: 2, device: 20, kind: 0.003 };
const rounds = 300;
/** Beyond this a residual counts linearly: medians shall be good, not squares. */
const huber = 0.1;

const kinds = ['macs', 'elements', 'weights', 'kernels', 'start'] as const;

function kindOf(term: string): number {
  return kinds.findIndex((kind) => term.endsWith(kind));
}

/** Orders of magnitude, ms per unit: streaming kernels move ten times faster than rearranging ones. */
const rearranging = ['transpose', 'splice', 'shuffle', 'resize', 'softmax', 'image'];
function startOf(term: string): number {
  if (term === 'start') return 0.2;
  if (term.endsWith('macs')) return 0.1;
  if (term === 'weights') return 0.003;
  if (term === 'waiting weights') return 0.02;
  if (term.endsWith('kernels')) return 1;
  if (rearranging.some((one) => term.startsWith(one))) return 0.03;
  return term.startsWith('stem') ? 0.01 : 0.003;
}

const keyOf = ({ device, runtime, precision }: Group) => `${device}|${runtime}|${precision}`;

/** A block of parameters, with the place of each group's part in it. */
interface Part {
  readonly penalty: number;
  readonly offset: number;
  /** Of group `g` and term `t`. */
  readonly at: (group: number, term: number) => number;
}

export function fitLatencies(samples: readonly Sample[], groups: readonly Group[]): Fit {
  const terms = [...new Set(samples.flatMap(({ terms }) => [...terms.keys()]))].sort();
  const { parts, size } = layout(groups, terms);
  const start = terms.map((term) => Math.log(startOf(term)));
  const row = new Map(groups.map((group, at) => [keyOf(group), at]));
  const table = samples.map(({ group, terms: own, ms }) => ({
    at: row.get(keyOf(group))! * terms.length,
    amounts: Float64Array.from(terms, (term) => own.get(term) ?? 0),
    log: Math.log(ms),
  }));
  const values = new Float64Array(size);
  const costs = new Float64Array(groups.length * terms.length);
  const spread = () => {
    for (let g = 0; g < groups.length; g += 1)
      for (let t = 0; t < terms.length; t += 1) {
        let log = start[t]!;
        for (const part of parts) log += values[part.offset + part.at(g, t)]!;
        costs[g * terms.length + t] = Math.exp(log);
      }
  };
  minimise(values, (gradient) => {
    spread();
    const pull = new Float64Array(costs.length);
    for (const { at, amounts, log } of table) {
      let ms = 0;
      for (let t = 0; t < amounts.length; t += 1) ms += costs[at + t]! * amounts[t]!;
      const off = Math.log(ms) - log;
      const weight = Math.max(-huber, Math.min(huber, off)) / ms;
      for (let t = 0; t < amounts.length; t += 1) pull[at + t]! += weight * amounts[t]!;
    }
    penalise(gradient, values, parts, size);
    for (let g = 0; g < groups.length; g += 1)
      for (let t = 0; t < terms.length; t += 1) {
        const slope = pull[g * terms.length + t]! * costs[g * terms.length + t]!;
        if (slope !== 0) for (const part of parts) gradient[part.offset + part.at(g, t)]! += slope;
      }
  });
  spread();
  const coefficients = (group: Group) => {
    const at = row.get(keyOf(group))! * terms.length;
    return Object.fromEntries(terms.map((term, t) => [term, costs[at + t]!]));
  };
  return {
    coefficients,
    predict({ group, terms: own }) {
      const at = row.get(keyOf(group))! * terms.length;
      return terms.reduce((ms, term, t) => ms + costs[at + t]! * (own.get(term) ?? 0), 0);
    },
  };
}

function layout(groups: readonly Group[], terms: readonly string[]) {
  const width = terms.length;
  const numbered = (of: (group: Group) => string) => {
    const names = [...new Set(groups.map(of))];
    return { count: names.length, index: groups.map((group) => names.indexOf(of(group))) };
  };
  const precision = numbered((group) => group.precision);
  const runtime = numbered((group) => `${group.runtime}|${group.precision}`);
  const device = numbered((group) => group.device);
  const kind = terms.map(kindOf);
  const parts: Part[] = [];
  let offset = 0;
  const add = (penalty: number, size: number, at: Part['at']) => {
    parts.push({ penalty, offset, at });
    offset += size;
  };
  add(penalties.shared, width, (_, t) => t);
  add(penalties.precision, precision.count * width, (g, t) => precision.index[g]! * width + t);
  add(penalties.runtime, runtime.count * width, (g, t) => runtime.index[g]! * width + t);
  add(penalties.device, device.count * width, (g, t) => device.index[g]! * width + t);
  add(penalties.kind, groups.length * kinds.length, (g, t) => g * kinds.length + kind[t]!);
  return { parts, size: offset };
}

function penalise(
  gradient: Float64Array,
  values: Float64Array,
  parts: readonly Part[],
  size: number,
): void {
  for (const [at, { penalty, offset }] of parts.entries()) {
    const end = parts[at + 1]?.offset ?? size;
    for (let i = offset; i < end; i += 1) gradient[i] = penalty * values[i]!;
  }
}

/** Adam with a step that shrinks for the last third; the gradient is written anew in each round. */
function minimise(values: Float64Array, slope: (gradient: Float64Array) => void): void {
  const gradient = new Float64Array(values.length);
  const mean = new Float64Array(values.length);
  const square = new Float64Array(values.length);
  for (let round = 1; round <= rounds; round += 1) {
    slope(gradient);
    const step = round > rounds * 0.7 ? 0.015 : 0.05;
    for (let i = 0; i < values.length; i += 1) {
      mean[i] = 0.9 * mean[i]! + 0.1 * gradient[i]!;
      square[i] = 0.99 * square[i]! + 0.01 * gradient[i]! ** 2;
      const direction = mean[i]! / (1 - 0.9 ** round);
      values[i]! -= (step * direction) / (Math.sqrt(square[i]! / (1 - 0.99 ** round)) + 1e-8);
    }
  }
}
