import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import type { Session, Tensor, Tensors } from '@selvedge/infer/engine';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { modelFile, noSharedData, sharedData } from '../../../../tests/support/shared-data.ts';
import { describeUnless } from '../../../../tests/support/skip.ts';
import { readDataset, type SequenceFile, writeDataset } from '../dataset/index.ts';
import { evaluate } from './index.ts';

const floats = (shape: number[], data: Float32Array): Tensor => ({ type: 'float32', shape, data });

/** 16-bit mono PCM behind a 44-byte header, in frames of 512 samples with 64 before them. */
function frames(count: number): Float32Array {
  const wav = readFileSync(`${sharedData}/datasets/audio/vad-test.wav`);
  const framed = new Float32Array(count * 576);
  for (let frame = 0; frame < count; frame += 1) {
    for (let at = 0; at < 576; at += 1) {
      const sample = 16_000 + frame * 512 + at - 64;
      framed[frame * 576 + at] = wav.readInt16LE(44 + 2 * sample) / 32768;
    }
  }
  return framed;
}

describeUnless(noSharedData)('a voice detector with state', () => {
  const root = mkdtempSync(join(tmpdir(), 'selvedge-sequence-'));
  const engine = createOrtEngine({ threads: 1 });
  const count = 40;
  let session: Session;
  let input: Float32Array;
  const sr: Tensor = { type: 'int64', shape: [], data: BigInt64Array.of(16_000n) };
  const silence = floats([2, 1, 128], new Float32Array(256));

  beforeAll(async () => {
    session = await engine.load({ model: readFileSync(modelFile('silero-vad-v6.2.onnx')) });
    input = frames(count);
  });
  afterAll(async () => {
    await engine.close();
    rmSync(root, { recursive: true });
  });

  /** What the samples get when the state is carried by hand. */
  async function byHand(restarts: number[]): Promise<Tensor> {
    const answers = new Float32Array(count);
    let state: Tensor = silence;
    for (let at = 0; at < count; at += 1) {
      if (restarts.includes(at)) state = silence;
      const frame = floats([1, 576], input.subarray(at * 576, (at + 1) * 576));
      const { outputs }: { outputs: Tensors } = await session.run({ input: frame, state, sr });
      state = outputs.stateN as Tensor;
      answers[at] = (outputs.output as Tensor).data[0] as number;
    }
    return floats([count, 1], answers);
  }

  async function score(sequence: SequenceFile, expected: Tensor, name: string): Promise<number> {
    const directory = join(root, name);
    await writeDataset(directory, {
      inputs: { input: floats([count, 576], input) },
      expected: { output: expected },
      sequence,
    });
    const dataset = await readDataset(directory, session.inputs);
    const contestants = [{ id: 'same', session, coupled: false }];
    const { summaries } = await evaluate({ reference: session, contestants, dataset });
    await dataset.close();
    return summaries.get('same')?.value as number;
  }

  const sequence = { feeds: { stateN: 'state' }, initial: { state: 0 }, constants: { sr: 16_000 } };

  it('is fed its own state from sample to sample', async () => {
    expect(await score(sequence, await byHand([]), 'one')).toBe(300);
  });

  it('begins anew at restarts, which changes what it hears', async () => {
    const restarted = await byHand([20]);
    expect(await score({ ...sequence, restarts: [20] }, restarted, 'two')).toBe(300);
    expect(await score(sequence, restarted, 'three')).toBeLessThan(100);
  });

  it('is refused when the output that feeds it does not exist', async () => {
    const wrong = { ...sequence, feeds: { next: 'state' } };
    await expect(score(wrong, await byHand([]), 'four')).rejects.toThrow('no output next');
  });
});
