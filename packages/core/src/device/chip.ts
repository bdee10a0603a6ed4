import type { Provenance } from '../schema/index.ts';
import type { ComputeUnit } from './profile.ts';

/** `published` by the maker or a benchmark, `derived` from published figures, or `assumed`. */
export type Confidence = 'published' | 'derived' | 'assumed';

interface Sourced {
  readonly value: number;
  /** The document it comes from, or how it was derived. */
  readonly source: string;
  readonly confidence: Confidence;
  /** `calibrated`: fitted to measurements of that chip; otherwise `estimated`. */
  readonly provenance: Provenance;
}

/** How fast a unit computes. */
export interface Rate extends Sourced {
  readonly unit: 'TOPS';
  /** Whether it counts zeros that structured sparsity skips. Makers like to; our models have none. */
  readonly sparsity: 'dense' | 'sparse';
}

/** Any other amount. */
export interface Quantity extends Sourced {
  readonly unit: 'B/s' | 'B' | 's' | 'µs' | 'W' | 'fraction' | '×';
}

/** A figure of the catalogue: never a bare number. */
export type Figure = Rate | Quantity;

/** A processor of a chip, with the execution provider that reaches it. */
export interface ChipUnit {
  readonly kind: ComputeUnit['kind'];
  readonly provider: string;
  /** Peak rate per precision of the variants it runs. */
  readonly tops: Readonly<Record<string, Rate>>;
  /** Precisions that the engine converts before it runs them: how many times their bytes grow. */
  readonly expands?: Readonly<Record<string, Quantity>>;
  readonly efficiency: Quantity;
  readonly start: Quantity;
  readonly dispatch: Quantity;
  readonly power?: Quantity;
  readonly waitPower?: Quantity;
  /** Coefficients fitted to latencies of this unit: the `id` of a calibration. */
  readonly calibration?: string;
  /** Memory of its own: activations and this many bytes of weights need not be moved for a run. */
  readonly onChip?: Quantity;
  /** Its path to memory, where it is not the chip's. */
  readonly bandwidth?: Quantity;
  /** Cores that the figures count, where they scale with cores. */
  readonly cores?: number;
}

/** A target of the catalogue: a chip and the runtime on it. */
export interface Chip {
  readonly id: string;
  readonly name: string;
  readonly platform: { readonly os: string; readonly arch: string };
  readonly engines: readonly {
    readonly name: string;
    readonly version: string;
    /** The newest ONNX opset it runs; absent where models are converted before. */
    readonly opset?: number;
  }[];
  readonly units: readonly ChipUnit[];
  readonly memoryBudget: Quantity;
  /** Room for live activations, where they have a memory of their own. */
  readonly activationMemory?: Quantity;
  readonly memoryBandwidth: Quantity;
  readonly storage: Quantity;
  readonly cooling: Cooling;
}

/** How a device sheds heat: what decides how long it keeps its clock. */
export interface Cooling {
  /** Power that it sheds for as long as one likes. */
  readonly sustained: Quantity;
  /** Time constant of its temperature (to 63% of where it is going). */
  readonly settles: Quantity;
}

/** The unit of a figure as chips write it: a rate says which one it is. */
type Stated = Quantity['unit'] | `${Rate['sparsity']} TOPS`;
type FigureIn<U extends Stated> = U extends Quantity['unit'] ? Quantity : Rate;

/** A figure that the named document states. */
export const published = <U extends Stated>(value: number, unit: U, source: string): FigureIn<U> =>
  figure(value, unit, { source, confidence: 'published', provenance: 'estimated' });

/** A figure computed from published ones; `source` says how. */
export const derived = <U extends Stated>(value: number, unit: U, source: string): FigureIn<U> =>
  figure(value, unit, { source, confidence: 'derived', provenance: 'estimated' });

/** A figure nobody published; `source` says why this value. */
export const assumed = <U extends Stated>(value: number, unit: U, source: string): FigureIn<U> =>
  figure(value, unit, { source, confidence: 'assumed', provenance: 'estimated' });

/** A figure fitted to measurements of that chip; `source` names them. */
export const calibrated = <U extends Stated>(value: number, unit: U, source: string): FigureIn<U> =>
  figure(value, unit, { source, confidence: 'derived', provenance: 'calibrated' });

function figure<U extends Stated>(
  value: number,
  unit: U,
  said: Omit<Sourced, 'value'>,
): FigureIn<U> {
  const [sparsity, rate] = unit.split(' ');
  return (
    rate ? { value, unit: rate, sparsity, ...said } : { value, unit, ...said }
  ) as FigureIn<U>;
}

/** ONNX Runtime 1.30 runs models up to opset 26 (it says so when it refuses a newer one). */
export const onnxRuntime = { name: 'onnxruntime', version: '1.30', opset: 26 } as const;

/** Peak fp32 of vector cores, TOPS: cores × GHz × lanes × pipes × 2 (a fused multiply-add is two operations). */
export const vectorPeak = (cores: number, ghz: number, lanes: number, pipes: number): number =>
  (cores * ghz * lanes * pipes * 2) / 1000;
