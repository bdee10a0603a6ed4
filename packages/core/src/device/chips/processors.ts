/**
 * What ONNX Runtime's CPU provider makes of the precisions, and what it costs besides arithmetic.
 * One place, since it is a property of the engine and not of a chip.
 */
import { assumed, type ChipUnit, calibrated, derived, type Figure } from '../chip.ts';

const here = 'one thread of a 2023 Xeon, ONNX Runtime 1.31';

interface Cpu {
  /** Dense fp32 peak, TOPS, and how it was derived. */
  readonly fp32: number;
  readonly source: string;
  readonly cores: number;
  /**
   * Rate of int8-dynamic convolutions and products over fp32's, and why. It includes the passes
   * that quantise activations.
   */
  readonly int8Dynamic: { readonly ratio: number; readonly source: string };
  readonly start: Figure;
  readonly dispatch: Figure;
  /** All those cores at full clock, and the one that dispatches operators. */
  readonly power: Figure;
  readonly waitPower: Figure;
  readonly provider?: string;
}

/** A CPU under ONNX Runtime. */
export function cpu(from: Cpu): ChipUnit {
  return {
    kind: 'cpu',
    provider: from.provider ?? 'cpu',
    cores: from.cores,
    tops: {
      fp32: derived(from.fp32, 'TOPS', from.source),
      fp16: derived(
        from.fp32,
        'TOPS',
        'as fp32: the CPU provider casts fp16 back to fp32 (microsoft/onnxruntime #28487); ' +
          `resnet8 0.198 against 0.194 ms, ${here}`,
      ),
      'int8-dynamic': derived(from.fp32 * from.int8Dynamic.ratio, 'TOPS', from.int8Dynamic.source),
    },
    efficiency: calibrated(
      0.6,
      'fraction',
      `resnet8 and mobilenet (MLPerf Tiny) and mnist-8, ${here}`,
    ),
    start: from.start,
    dispatch: from.dispatch,
    power: from.power,
    waitPower: from.waitPower,
  };
}

/** x86: fp32 kernels are blocked for the vector width, ConvInteger goes through im2col. */
export const int8DynamicOnX86 = {
  ratio: 0.5,
  source: `0.43 (espcn) and 0.53 (resnet8) of fp32's rate, dispatch taken out, ${here}`,
} as const;

/** Arm with the dot-product instructions. */
export const int8DynamicOnArm = {
  ratio: 2,
  source:
    'half of what the dot-product instructions allow (4 × fp32), the other half lost to quantising activations',
} as const;

/** What a call through Node costs and what an operator costs, scaled by single-thread speed. */
export function callCosts(slowdown: number, why: string): Pick<Cpu, 'start' | 'dispatch'> {
  const scaled = slowdown === 1 ? calibrated : assumed;
  const source =
    slowdown === 1 ? `mnist-8 against its arithmetic, ${here}` : `${slowdown} × ${here}: ${why}`;
  return {
    start: scaled(15 * slowdown, 'µs', source),
    dispatch: scaled(1.3 * slowdown, 'µs', source),
  };
}
