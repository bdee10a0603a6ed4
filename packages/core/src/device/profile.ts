import { type Static, Type } from 'typebox';
import { ProcessorKind, Provenance, Slug } from '../schema/index.ts';

/** A processor a model can run on, as the device itself found it or as the catalogue describes it. */
export const ComputeUnit = Type.Object({
  kind: ProcessorKind,
  /** The execution provider that reaches it: `cpu`, `qnn`, `openvino`, `coreml`, … */
  provider: Slug,
  /** Precisions of variants it runs, whether natively or converted by the engine. */
  precisions: Type.Array(Slug),
  /** Peak dense rate per precision, 10¹² operations (2 × MACs) a second. */
  tops: Type.Record(Slug, Type.Number({ minimum: 0 })),
  /**
   * Precisions that the engine converts before it runs them, with how many times their bytes grow:
   * `{"fp16": 2}` where fp16 runs as fp32.
   */
  expands: Type.Optional(Type.Record(Slug, Type.Number({ minimum: 1 }))),
  /** Part of the peak that networks reach, 0 to 1. */
  efficiency: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1 })),
  /** Time to start one run, whatever the model, microseconds. */
  startUs: Type.Optional(Type.Number({ minimum: 0 })),
  /** Time each operator costs besides its arithmetic, microseconds. */
  dispatchUs: Type.Optional(Type.Number({ minimum: 0 })),
  /** Power while it computes, watts. */
  watts: Type.Optional(Type.Number({ minimum: 0 })),
  /** Power while a run is started and operators are dispatched, watts. Absent: as while computing. */
  waitWatts: Type.Optional(Type.Number({ minimum: 0 })),
  /** Coefficients fitted to latencies of such a unit, by name; what has none is estimated. */
  calibration: Type.Optional(Slug),
  /** Memory of its own, bytes: activations and this much of the weights need not be moved. */
  onChipBytes: Type.Optional(Type.Integer({ minimum: 0 })),
  /** Bytes a second on its own path to memory. Absent: the device's. */
  bandwidth: Type.Optional(Type.Number({ minimum: 0 })),
});
export type ComputeUnit = Static<typeof ComputeUnit>;

/** What a device can do. Sent with its state report. */
export const Profile = Type.Object({
  /** Target id of the catalogue, where the device is one (or emulates one). */
  target: Type.Optional(Slug),
  platform: Type.Object({ os: Type.String(), arch: Type.String() }),
  /** Engines it has, e.g. `onnxruntime`, with version and the newest ONNX opset each one runs. */
  engines: Type.Array(
    Type.Object({
      name: Slug,
      version: Type.String(),
      opset: Type.Optional(Type.Integer({ minimum: 1 })),
    }),
  ),
  units: Type.Array(ComputeUnit),
  memory: Type.Object({
    /** Bytes a model and its activations may take. */
    budgetBytes: Type.Integer({ minimum: 0 }),
    /** Bytes a second between memory and the fastest unit; 0 where nobody knows. */
    bandwidth: Type.Number({ minimum: 0 }),
    /** Bytes for live activations, where they have a memory of their own. */
    activationBytes: Type.Optional(Type.Integer({ minimum: 0 })),
  }),
  /** How long it keeps its clock: watts that it sheds for ever, and its time constant. */
  cooling: Type.Optional(
    Type.Object({
      watts: Type.Number({ exclusiveMinimum: 0 }),
      seconds: Type.Number({ exclusiveMinimum: 0 }),
    }),
  ),
  storageBytes: Type.Optional(Type.Integer({ minimum: 0 })),
  /** Whether the figures above were measured here, or come from the catalogue. */
  provenance: Provenance,
});
export type Profile = Static<typeof Profile>;

/** What changes from minute to minute on a device. Absent means unknown. */
export const LiveState = Type.Object({
  /** 0 to 1. */
  battery: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  charging: Type.Optional(Type.Boolean()),
  thermal: Type.Optional(
    Type.Union([
      Type.Literal('nominal'),
      Type.Literal('fair'),
      Type.Literal('serious'),
      Type.Literal('critical'),
    ]),
  ),
  network: Type.Optional(
    Type.Union([Type.Literal('none'), Type.Literal('metered'), Type.Literal('unmetered')]),
  ),
  freeMemoryBytes: Type.Optional(Type.Integer({ minimum: 0 })),
});
export type LiveState = Static<typeof LiveState>;
