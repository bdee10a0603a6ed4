import { readFileSync } from 'node:fs';
import type { Tensor, Tensors } from '@selvedge/infer/engine';
import { readModel } from '@selvedge/onnx';
import { gtcrnDataset, pitchDataset, sileroDataset } from '../../tests/support/audio.ts';
import { magika } from '../../tests/support/magika.ts';
import { hasSharedData, mnist, modelFile } from '../../tests/support/shared-data.ts';
import type { Case } from './case.ts';
import { madeUpImages } from './made-up-images.ts';
import { networkCases } from './networks.ts';
import { unrolled } from './unrolled.ts';

/** All of the shared models that have weights to quantise, and networks that nobody has tuned for. */
export function allCases(): Case[] {
  return hasSharedData ? [...sharedCases(), ...networkCases()] : networkCases();
}

function sharedCases(): Case[] {
  const digits = floats(mnist().inputs);
  const digitLabels = Array.from(mnist().labels!);
  const files = magika();
  const isEven = (_: unknown, at: number) => at % 2 === 0;
  const isOdd = (_: unknown, at: number) => at % 2 === 1;
  return [
    {
      ...named('mnist-8'),
      calibration: async () => rows(digits, (_, at) => at < 100),
      heldOut: async () => rows(digits, (_, at) => at >= 100),
      labels: () => digitLabels.slice(100),
    },
    {
      ...named('magika-v3.3'),
      calibration: async () => rows(files.inputs, isEven),
      heldOut: async () => rows(files.inputs, isOdd),
      labels: () => Array.from(files.labels!).filter(isOdd),
    },
    pictures('resnet8-cifar10', 'input_1', [3, 32, 32], 255, 100, 300),
    pictures('mobilenet-vww', 'input_1', [3, 96, 96], 1, 60, 150),
    pictures('fastestdet', 'input.1', [3, 352, 352], 1, 16, 24),
    pictures('yunet-n-320', 'input', [3, 320, 320], 255, 16, 24),
    pictures('espcn-superres', 'input', [1, 224, 224], 1, 16, 24),
    sequence('silero-vad-v6.2', sileroDataset, 200, 600),
    sequence('gtcrn', gtcrnDataset, 100, 300),
    {
      ...named('basic-pitch'),
      calibration: async () => rows(pitchDataset().inputs, isEven),
      heldOut: async () => rows(pitchDataset().inputs, isOdd),
    },
  ];
}

const named = (name: string) => ({
  name,
  model: () => new Uint8Array(readFileSync(modelFile(`${name}.onnx`))),
});

function pictures(
  name: string,
  input: string,
  [channels, height, width]: readonly [number, number, number],
  white: number,
  calibration: number,
  heldOut: number,
): Case {
  const paint = (count: number, seed: number) => async () => ({
    [input]: madeUpImages([count, channels, height, width], white, seed),
  });
  return { ...named(name), calibration: paint(calibration, 1), heldOut: paint(heldOut, 5001) };
}

/** The state that the float model had stands beside each sample, so that samples stand alone. */
function sequence(
  name: string,
  dataset: typeof gtcrnDataset,
  calibration: number,
  total: number,
): Case {
  const all = () => unrolled(readModel(named(name).model()), dataset(total));
  return {
    ...named(name),
    calibration: async () => rows(await all(), (_, at) => at < calibration),
    heldOut: async () => rows(await all(), (_, at) => at >= calibration),
  };
}

/** Those rows of each tensor that are wanted. */
function rows(tensors: Tensors, isWanted: (_: unknown, at: number) => boolean): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      const { type, shape } = tensor;
      const data = tensor.data as Float32Array;
      const count = shape[0]!;
      const size = data.length / count;
      const wanted = Array.from({ length: count }, (_, at) => at).filter((at) => isWanted(0, at));
      const taken = data.slice(0, wanted.length * size);
      for (const [to, from] of wanted.entries())
        taken.set(data.subarray(from * size, (from + 1) * size), to * size);
      return [name, { type, shape: [wanted.length, ...shape.slice(1)], data: taken } as Tensor];
    }),
  );
}

const floats = (tensors: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [
      name,
      { type: 'float32', shape, data: Float32Array.from(data as ArrayLike<number>) },
    ]),
  );
