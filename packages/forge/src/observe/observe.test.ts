import { readFileSync } from 'node:fs';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import type { Engine, Tensors } from '@selvedge/infer/engine';
import {
  concat,
  countModel,
  graphBuilder,
  type Model,
  readModel,
  writeModel,
} from '@selvedge/onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelFile, noSharedData } from '../../../../tests/support/shared-data.ts';
import { itUnless } from '../../../../tests/support/skip.ts';
import { observe } from './observe.ts';

let engine: Engine;
beforeAll(() => {
  engine = createOrtEngine({ threads: 1 });
});
afterAll(() => engine.close());

const load = (model: Model) => engine.load({ model: concat(writeModel(model)), name: 'observed' });
const floats = (shape: readonly number[]): Tensors[string] => ({
  type: 'float32',
  shape: [...shape],
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => Math.sin(at)),
});

describe('observation', () => {
  it('finds the sizes that only a run tells, and the rules carry them on', async () => {
    const g = graphBuilder('sparse', { opset: 17, irVersion: 8 });
    const x = g.input('x', 'float32', [1, 6]);
    const places = g.node('NonZero', [g.node('Relu', [x])], {}, 'places');
    const cast = g.node('Cast', [places], { to: 1 }, 'cast');
    const w = g.constant('w', [2, 3], new Float32Array(6));
    g.output(g.node('MatMul', [g.node('Transpose', [cast], {}, 'turned'), w], {}, 'y'), 'float32');
    const model = g.build();
    expect(countModel(model).workload.uncounted).toContain('MatMul');
    const data = Float32Array.of(1, -1, 2, -1, 3, 4);
    const seen = await observe(model, load, { x: { type: 'float32', shape: [1, 6], data } });
    expect(seen.shapes.get('places')).toEqual([2, 4]);
    const { workload, unknownShapes } = countModel(seen.model, seen);
    expect([workload.macs, workload.uncounted, unknownShapes]).toEqual([4 * 2 * 3, undefined, []]);
  });

  itUnless(noSharedData)('of Silero counts the branch for the rate that it was given', async () => {
    const model = readModel(new Uint8Array(readFileSync(modelFile('silero-vad-v6.2.onnx'))));
    const macsAt = async (rate: number, length: number) => {
      const seen = await observe(model, load, {
        input: floats([1, length]),
        state: floats([2, 1, 128]),
        sr: { type: 'int64', shape: [], data: BigInt64Array.of(BigInt(rate)) },
      });
      expect(seen.model.graph.node.some(({ opType }) => opType === 'If')).toBe(false);
      const { workload } = countModel(seen.model, seen);
      expect(workload.uncounted).toBeUndefined();
      return workload.macs;
    };
    const [high, low] = [await macsAt(16000, 576), await macsAt(8000, 288)];
    expect(high).toBeGreaterThan(600_000);
    expect(low).toBeGreaterThan(300_000);
    expect(low).toBeLessThan(high);
  });
});
