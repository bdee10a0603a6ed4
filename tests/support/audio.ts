import { readFileSync } from 'node:fs';
import type { WrittenDataset } from '../../packages/forge/src/dataset/index.ts';
import { sharedData } from './shared-data.ts';
import { inverseStft, type Spectrum, stft } from './stft.ts';

/** Mono sound, samples from −1 to 1. */
export interface Sound {
  readonly rate: number;
  readonly samples: Float32Array;
}

/** A recording of the shared data: RIFF WAVE, 16-bit PCM, mono. */
export function readSound(file: string): Sound {
  const bytes = new Uint8Array(readFileSync(`${sharedData}/datasets/audio/${file}`));
  const view = new DataView(bytes.buffer);
  let rate = 0;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = String.fromCharCode(...bytes.subarray(at, at + 4));
    const size = view.getUint32(at + 4, true);
    if (id === 'fmt ') rate = view.getUint32(at + 12, true);
    if (id === 'data') {
      const samples = new Float32Array(size / 2);
      for (let i = 0; i < samples.length; i++)
        samples[i] = view.getInt16(at + 8 + i * 2, true) / 32768;
      return { rate, samples };
    }
    at += 8 + size + (size & 1);
  }
  throw new Error(`${file} holds no data chunk`);
}

/** Chunks of silero-vad at 16 kHz: 512 samples after the last 64 of the chunk before. */
export function sileroDataset(count = Number.POSITIVE_INFINITY): WrittenDataset {
  const { samples } = readSound('vad-test.wav');
  const rows = Math.min(count, Math.floor(samples.length / 512));
  const data = new Float32Array(rows * 576);
  for (let row = 0; row < rows; row++) {
    const from = row * 512 - 64;
    data.set(samples.subarray(Math.max(from, 0), from + 576), row * 576 + Math.max(-from, 0));
  }
  return {
    inputs: { input: { type: 'float32', shape: [rows, 576], data } },
    sequence: {
      feeds: { stateN: 'state' },
      initial: { state: Array.from({ length: 2 }, () => [Array.from({ length: 128 }, () => 0)]) },
      constants: { sr: 16000 },
    },
  };
}

/** Share of chunks that silero takes for speech, at its authors' threshold. */
export const speechShare = (probabilities: Float32Array): number =>
  probabilities.filter((value) => value > 0.5).length / probabilities.length;

/** gtcrn's frames: an STFT of 512 with a hop of 256 and the root of a Hann window, as its authors run it. */
const gtcrnStft = { size: 512, hop: 256 };

/** Frames of the noisy recording for gtcrn, with its three caches. */
export function gtcrnDataset(count = Number.POSITIVE_INFINITY): WrittenDataset {
  const { samples } = readSound('gtcrn-mix.wav');
  const { frames, bins, data } = stft(samples, gtcrnStft);
  const rows = Math.min(count, frames);
  const caches = ['conv_cache', 'tra_cache', 'inter_cache'];
  return {
    inputs: {
      mix: { type: 'float32', shape: [rows, 1, bins, 1, 2], data: data.slice(0, rows * bins * 2) },
    },
    sequence: {
      feeds: Object.fromEntries(caches.map((name) => [`${name}_out`, name])),
      initial: Object.fromEntries(caches.map((name) => [name, 0])),
    },
  };
}

/** The sound of the frames that gtcrn gives. */
export function gtcrnSound(enhanced: Float32Array): Float32Array {
  const bins = gtcrnStft.size / 2 + 1;
  const spectrum: Spectrum = { frames: enhanced.length / (bins * 2), bins, data: enhanced };
  return inverseStft(spectrum, gtcrnStft);
}

/** Samples of a window of basic-pitch, and how many frames two windows share (its `constants.py`). */
const pitch = { window: 43844, hop: 256, overlapFrames: 30, frames: 172 };
const pitchOverlap = pitch.overlapFrames * pitch.hop;

/** Windows of basic-pitch over the singing, at 22,050 Hz. */
export function pitchDataset(count = Number.POSITIVE_INFINITY): WrittenDataset {
  const samples = halveRate(readSound('vocadito_10.wav').samples);
  const padded = new Float32Array(samples.length + pitchOverlap / 2);
  padded.set(samples, pitchOverlap / 2);
  const step = pitch.window - pitchOverlap;
  const rows = Math.min(count, Math.ceil(padded.length / step));
  const data = new Float32Array(rows * pitch.window);
  for (let row = 0; row < rows; row++)
    data.set(padded.subarray(row * step, row * step + pitch.window), row * pitch.window);
  const name = 'serving_default_input_2:0';
  return { inputs: { [name]: { type: 'float32', shape: [rows, pitch.window, 1], data } } };
}

/** Frames of all windows in a row, `[frames, width]`: half of what windows share is cut off at both ends. */
export function joinPitchWindows(windows: Float32Array, width: number): Float32Array {
  const cut = (pitch.overlapFrames / 2) * width;
  const size = pitch.frames * width;
  const kept = size - 2 * cut;
  const joined = new Float32Array((windows.length / size) * kept);
  for (let at = 0; at * size < windows.length; at++)
    joined.set(windows.subarray(at * size + cut, (at + 1) * size - cut), at * kept);
  return joined;
}

/** What basic-pitch's authors got: `note` and `onset` `[787, 88]`, `contour` `[787, 264]`. */
export function expectedPitch(): Record<'note' | 'onset' | 'contour', Float32Array> {
  // A zip of one member that is not compressed, so the pickle can be read in place.
  const pickle = readFileSync(`${sharedData}/datasets/audio/vocadito_10_expected.npz`);
  return {
    note: pickledFloats(pickle, 'note', 787 * 88),
    onset: pickledFloats(pickle, 'onset', 787 * 88),
    contour: pickledFloats(pickle, 'contour', 787 * 264),
  };
}

/** The float32 array behind a key of a pickled dictionary: opcode B and its length stand before it. */
function pickledFloats(pickle: Buffer, key: string, count: number): Float32Array {
  const name = new TextEncoder().encode(key);
  const head = Uint8Array.of(0x58, name.length, 0, 0, 0, ...name);
  const length = new Uint8Array(new Uint32Array([count * 4]).buffer);
  const at = pickle.indexOf(Uint8Array.of(0x42, ...length), pickle.indexOf(head)) + 5;
  return new Float32Array(Uint8Array.from(pickle.subarray(at, at + count * 4)).buffer);
}

/** Every other sample, after a low pass of 127 taps (Blackman window) at a quarter of the rate. */
function halveRate(samples: Float32Array): Float32Array {
  const reach = 63;
  const taps = Float64Array.from({ length: 2 * reach + 1 }, (_, at) => {
    const x = at - reach;
    const sinc = x === 0 ? 0.5 : Math.sin((Math.PI * x) / 2) / (Math.PI * x);
    const phase = (Math.PI * (x + reach + 1)) / (reach + 1);
    return sinc * (0.42 - 0.5 * Math.cos(phase) + 0.08 * Math.cos(2 * phase));
  });
  return Float32Array.from({ length: Math.ceil(samples.length / 2) }, (_, at) => {
    let sum = 0;
    for (let tap = -reach; tap <= reach; tap++)
      sum += taps[tap + reach]! * (samples[at * 2 + tap] ?? 0);
    return sum;
  });
}
