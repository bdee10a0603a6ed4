/**
 * What ONNX Runtime's CPU provider makes of the precisions, and what it costs besides arithmetic.
 * One place, since it is a property of the engine and not of a chip.
 */
import { assumed, type ChipUnit, calibrated, derived, type Quantity } from '../chip.ts';

const xeon = 'one thread of a 2023 Xeon, ONNX Runtime 1.31';

interface Cpu {
  /** The execution provider, where it is not the CPU's own. */
  readonly provider?: string;
  /** Dense fp32 peak, TOPS, and how it was derived. */
  readonly fp32: number;
  readonly source: string;
  readonly cores: number;
  /** Rate of int8-dynamic over fp32's; it includes the passes that quantise activations. */
  readonly int8Dynamic: EngineFigure;
  readonly efficiency: Quantity;
  readonly start: Quantity;
  readonly dispatch: Quantity;
  /** All those cores at full clock, and the one that dispatches operators. */
  readonly power: Quantity;
  readonly waitPower: Quantity;
}

interface EngineFigure {
  readonly ratio: number;
  readonly figure: typeof assumed;
  readonly source: string;
}

/** A CPU under ONNX Runtime. */
export function cpu(from: Cpu): ChipUnit {
  const { ratio, figure, source } = from.int8Dynamic;
  return {
    kind: 'cpu',
    provider: from.provider ?? 'cpu',
    cores: from.cores,
    tops: {
      fp32: derived(from.fp32, 'dense TOPS', from.source),
      fp16: derived(
        from.fp32,
        'dense TOPS',
        'as fp32: the CPU provider casts fp16 back to fp32 (microsoft/onnxruntime #28487); ' +
          `resnet8 0.198 against 0.194 ms, ${xeon}`,
      ),
      'int8-dynamic': figure(from.fp32 * ratio, 'dense TOPS', source),
    },
    expands: { fp16: derived(2, '×', 'fp16 runs as fp32, see its peak') },
    efficiency: from.efficiency,
    start: from.start,
    dispatch: from.dispatch,
    power: from.power,
    waitPower: from.waitPower,
  };
}

/** x86: fp32 kernels are blocked for the vector width, ConvInteger goes through im2col. */
export const int8DynamicOnX86: EngineFigure = {
  ratio: 0.5,
  figure: derived,
  source: `half of fp32: 0.43 (espcn) and 0.53 (resnet8) of its rate, dispatch taken out, ${xeon}`,
};

/** Arm with the dot-product instructions. */
export const int8DynamicOnArm: EngineFigure = {
  ratio: 2,
  figure: assumed,
  source:
    'twice fp32: half of what the dot-product instructions allow, the rest lost to quantising activations',
};

/** What calls, operators and kernels cost on the processor where they were measured. */
export const measuredCosts: Pick<Cpu, 'efficiency' | 'start' | 'dispatch'> = {
  efficiency: calibrated(0.6, 'fraction', `resnet8, mobilenet-vww and mnist-8, ${xeon}`),
  start: calibrated(15, 'µs', `mnist-8 against its arithmetic, through Node, ${xeon}`),
  dispatch: calibrated(1.3, 'µs', `12 more operators in mnist-8 take 17 µs, ${xeon}`),
};

/** The same, carried over to a processor whose single thread is `slowdown` times slower. */
export function carriedCosts(slowdown: number, why: string): typeof measuredCosts {
  const source = `${slowdown} × that of a 2023 Xeon: ${why}`;
  return {
    efficiency: assumed(
      measuredCosts.efficiency.value,
      'fraction',
      'as on a 2023 Xeon, see cpu-x64',
    ),
    start: assumed(measuredCosts.start.value * slowdown, 'µs', source),
    dispatch: assumed(Number((measuredCosts.dispatch.value * slowdown).toFixed(2)), 'µs', source),
  };
}
