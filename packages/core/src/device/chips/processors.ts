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
  /** Rates of integer kernels over fp32's. */
  readonly integers: Integers;
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

interface Integers {
  /** Includes the passes that quantise activations. */
  readonly dynamic: EngineFigure;
  /** Static QDQ: the engine fuses what stands between DequantizeLinear and QuantizeLinear. */
  readonly static: EngineFigure;
}

/** A CPU under ONNX Runtime. */
export function cpu(from: Cpu): ChipUnit {
  const rate = ({ ratio, figure, source }: EngineFigure) =>
    figure(from.fp32 * ratio, 'dense TOPS', source);
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
      'int8-dynamic': rate(from.integers.dynamic),
      int8: rate(from.integers.static),
      int4: derived(
        from.fp32,
        'dense TOPS',
        'as fp32: MatMulNBits widens its weights block by block, what it saves is traffic',
      ),
      mixed: derived(from.fp32, 'dense TOPS', 'as fp32: the slowest of its layers, see fp16'),
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
export const integersOnX86: Integers = {
  dynamic: {
    ratio: 0.5,
    figure: derived,
    source: `half of fp32: 0.43 (espcn) and 0.53 (resnet8) of its rate, dispatch taken out, ${xeon}`,
  },
  static: {
    ratio: 1.5,
    figure: assumed,
    source:
      'half again fp32: AVX2 multiplies bytes in three instructions; four times with VNNI, which not all have',
  },
};

/** Arm with the dot-product instructions. */
export const integersOnArm: Integers = {
  dynamic: {
    ratio: 2,
    figure: assumed,
    source:
      'twice fp32: half of what the dot-product instructions allow, the rest lost to quantising activations',
  },
  static: {
    ratio: 3,
    figure: assumed,
    source: 'three quarters of the four times fp32 that the dot-product instructions allow',
  },
};

/** Where no instruction multiplies bytes: integers are widened and run as fp32 does. */
export const integersWidened: Integers = {
  dynamic: {
    ratio: 1,
    figure: assumed,
    source: 'no dot-product instruction here: as fp32',
  },
  static: {
    ratio: 1,
    figure: assumed,
    source: 'no dot-product instruction here: as fp32',
  },
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
