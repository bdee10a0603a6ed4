import type { Provenance } from '../schema/index.ts';
import type { ComputeUnit } from './profile.ts';

/** `published` by the maker or a benchmark, `derived` from published figures, or `assumed`. */
export type Confidence = 'published' | 'derived' | 'assumed';

/** A figure of the catalogue: never a bare number. */
export interface Figure {
  readonly value: number;
  readonly unit: 'TOPS' | 'B/s' | 'B' | 'µs' | 'W' | 'fraction' | '×';
  /** The document it comes from, or how it was derived. */
  readonly source: string;
  readonly confidence: Confidence;
  /** Of a rate: whether it counts zeros that structured sparsity skips. Absent: dense. */
  readonly sparsity?: 'dense' | 'sparse';
  /** `calibrated`: fitted to measurements of that chip; otherwise `estimated`. */
  readonly provenance: Provenance;
}

/** A processor of a chip, with the execution provider that reaches it. */
export interface ChipUnit {
  readonly kind: ComputeUnit['kind'];
  readonly provider: string;
  /** Peak rate per precision of the variants it runs. */
  readonly tops: Readonly<Record<string, Figure>>;
  /** Precisions that the engine converts before it runs them: how many times their bytes grow. */
  readonly expands?: Readonly<Record<string, Figure>>;
  readonly efficiency: Figure;
  readonly start: Figure;
  readonly dispatch: Figure;
  readonly power?: Figure;
  readonly waitPower?: Figure;
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
    readonly opset: number;
  }[];
  readonly units: readonly ChipUnit[];
  readonly memoryBudget: Figure;
  readonly memoryBandwidth: Figure;
  readonly storage: Figure;
}

type Unit = Figure['unit'];

/** A figure that the named document states. */
export const published = (value: number, unit: Unit, source: string): Figure => ({
  value,
  unit,
  source,
  confidence: 'published',
  provenance: 'estimated',
});

/** A figure computed from published ones; `source` says how. */
export const derived = (value: number, unit: Unit, source: string): Figure => ({
  value,
  unit,
  source,
  confidence: 'derived',
  provenance: 'estimated',
});

/** A figure nobody published; `source` says why this value. */
export const assumed = (value: number, unit: Unit, source: string): Figure => ({
  value,
  unit,
  source,
  confidence: 'assumed',
  provenance: 'estimated',
});

/** A figure fitted to measurements of that chip; `source` names them. */
export const calibrated = (value: number, unit: Unit, source: string): Figure => ({
  value,
  unit,
  source,
  confidence: 'derived',
  provenance: 'calibrated',
});

/** ONNX Runtime 1.30 runs models up to opset 26 (it says so when it refuses a newer one). */
export const onnxRuntime = { name: 'onnxruntime', version: '1.30', opset: 26 } as const;

/** Peak fp32 of vector cores, TOPS: cores × GHz × lanes × pipes × 2 (a fused multiply-add is two operations). */
export const vectorPeak = (cores: number, ghz: number, lanes: number, pipes: number): number =>
  (cores * ghz * lanes * pipes * 2) / 1000;
