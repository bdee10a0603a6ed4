import type { Golden } from '@selvedge/core/release';
import { elementCount, numberReader, type Tensor } from '../engine/index.ts';

export type Tolerance = Golden['tolerance'][string];

/** How an output stands against its golden one. */
export interface Comparison {
  readonly ok: boolean;
  /** Largest |y − g| / (absolute + relative·|g|) over the elements: above 1 fails. */
  readonly worst: number;
  /** Why it fails; empty where it does not. */
  readonly message: string;
}

const exact: Tolerance = { absolute: 0, relative: 0 };

/**
 * Compares an output with its golden one, element by element, as the golden document defines:
 * |y − g| ≤ absolute + relative·|g|, and the same arg-max in each sample where asked. NaN agrees
 * with NaN only, an infinity with itself only, strings and booleans when equal.
 */
export function compareTensors(actual: Tensor, golden: Tensor, tolerance = exact): Comparison {
  if (actual.type !== golden.type) return failure(`is ${actual.type}, not ${golden.type}`);
  if (`${actual.shape}` !== `${golden.shape}`) {
    return failure(`has shape [${actual.shape}], not [${golden.shape}]`);
  }
  if (actual.type === 'string') return compareStrings(actual, golden);
  const numbers = compareNumbers(actual, golden, tolerance);
  if (!numbers.ok || !tolerance.argmax) return numbers;
  const sample = argmaxDifference(actual, golden);
  return sample === undefined ? numbers : { ...failure(`sample ${sample} has another arg-max`) };
}

function compareStrings(actual: Tensor, golden: Tensor): Comparison {
  const at = (actual.data as readonly string[]).findIndex((text, i) => text !== golden.data[i]);
  return at < 0 ? { ok: true, worst: 0, message: '' } : failure(`element ${at} differs`);
}

function compareNumbers(actual: Tensor, golden: Tensor, tolerance: Tolerance): Comparison {
  const y = numberReader(actual);
  const g = numberReader(golden);
  let worst = 0;
  let where = -1;
  for (let at = 0; at < golden.data.length; at += 1) {
    const excess = excessOf(y(at), g(at), tolerance);
    if (excess > worst) {
      worst = excess;
      where = at;
    }
  }
  if (worst <= 1) return { ok: true, worst, message: '' };
  const margin = tolerance.absolute + tolerance.relative * Math.abs(g(where));
  const message = `element ${where} is ${y(where)}, golden ${g(where)} ± ${margin}`;
  return { ok: false, worst, message };
}

function excessOf(y: number, g: number, tolerance: Tolerance): number {
  if (y === g || (Number.isNaN(y) && Number.isNaN(g))) return 0;
  const difference = Math.abs(y - g);
  if (!Number.isFinite(difference)) return Number.POSITIVE_INFINITY;
  return difference / (tolerance.absolute + tolerance.relative * Math.abs(g));
}

/** The first sample (first dimension) whose arg-max over the rest differs; undefined if none. */
function argmaxDifference(actual: Tensor, golden: Tensor): number | undefined {
  const samples = golden.shape.length > 1 ? golden.shape[0]! : 1;
  const each = samples === 0 ? 0 : elementCount(golden.shape) / samples;
  const y = numberReader(actual);
  const g = numberReader(golden);
  for (let sample = 0; sample < samples; sample += 1) {
    if (argmax(y, sample * each, each) !== argmax(g, sample * each, each)) return sample;
  }
  return undefined;
}

function argmax(read: (index: number) => number, start: number, length: number): number {
  let best = 0;
  for (let at = 1; at < length; at += 1) {
    if (read(start + at) > read(start + best)) best = at;
  }
  return best;
}

const failure = (message: string): Comparison => ({
  ok: false,
  worst: Number.POSITIVE_INFINITY,
  message,
});
