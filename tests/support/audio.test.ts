import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../packages/onnx/src/index.ts';
import {
  expectedPitch,
  gtcrnDataset,
  gtcrnSound,
  joinPitchWindows,
  pitchDataset,
  readSound,
} from './audio.ts';
import { decibels, runDataset } from './run-dataset.ts';
import { modelFile, noSharedData } from './shared-data.ts';
import { describeUnless } from './skip.ts';
import { inverseStft, stft } from './stft.ts';

const load = (name: string) => readModel(new Uint8Array(readFileSync(modelFile(name))));

describe('a short-time Fourier transform', () => {
  it('is undone by its inverse', () => {
    const samples = Float32Array.from(
      { length: 2048 },
      (_, at) => Math.sin(at * 0.3) * Math.cos(at),
    );
    const options = { size: 512, hop: 256 };
    expect(decibels(samples, inverseStft(stft(samples, options), options))).toBeGreaterThan(100);
  });
});

describeUnless(noSharedData)('sound, as the audio models want it', () => {
  it('gives the sound that gtcrn is known to give', async () => {
    const { enh } = await runDataset(load('gtcrn.onnx'), gtcrnDataset());
    const { samples } = readSound('gtcrn-enhanced.wav');
    expect(decibels(samples, gtcrnSound(enh!))).toBeGreaterThan(60);
  });

  it('gives the notes, onsets and contours that basic-pitch is known to give', async () => {
    const answers = await runDataset(load('basic-pitch.onnx'), pitchDataset());
    const outputs = { note: [1, 88], onset: [2, 88], contour: [0, 264] } as const;
    for (const [name, [at, width]] of Object.entries(outputs)) {
      const found = joinPitchWindows(answers[`StatefulPartitionedCall:${at}`]!, width);
      const wanted = expectedPitch()[name as keyof typeof outputs];
      expect(decibels(wanted, found)).toBeGreaterThan(55);
    }
  });
});
