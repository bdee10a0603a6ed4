import { isSelvedgeError } from '@selvedge/core/errors';
import { describe, expect, it } from 'vitest';
import { runModel } from '../../../../tests/support/onnx-models.ts';
import { makeModel, makeNode, makeValueInfo } from '../build/index.ts';
import { floatValues } from '../tensor/index.ts';
import { make } from '../wire/index.ts';
import { attachExternal, externalReferences } from './external.ts';

const entry = (key: string, value: string) => make('StringStringEntryProto', { key, value });
const external = (entries: Record<string, string>) =>
  make('TensorProto', {
    name: 'w',
    dims: [2],
    dataType: 1,
    dataLocation: 1,
    externalData: Object.entries(entries).map(([key, value]) => entry(key, value)),
  });
const modelWith = (entries: Record<string, string>) =>
  makeModel(
    make('GraphProto', {
      name: 'g',
      node: [makeNode('Identity', ['w'], ['y'])],
      initializer: [external(entries)],
      output: [makeValueInfo('y', 'float32', [2])],
    }),
  );
const file = new Uint8Array(Float32Array.of(9, 1.5, -2).buffer);
const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isSelvedgeError(error)) return `${error.code}: ${error.message} (${error.hint})`;
    throw error;
  }
  return 'nothing';
};

describe('external data', () => {
  it('is listed with its place', () => {
    const model = modelWith({ location: 'weights.bin', offset: '4', length: '8' });
    expect(externalReferences(model)).toEqual([
      { tensor: 'w', location: 'weights.bin', offset: 4, length: 8 },
    ]);
    expect(externalReferences(modelWith({ location: 'weights.bin' }))).toMatchObject([
      { offset: 0, length: 8 },
    ]);
  });

  it('can be put into the model, which then runs on its own', async () => {
    const model = modelWith({ location: 'weights.bin', offset: '4', length: '8' });
    const whole = attachExternal(model, { 'weights.bin': file });
    expect(externalReferences(whole)).toEqual([]);
    const [tensor] = whole.graph.initializer;
    expect(tensor!.rawData!.buffer).toBe(file.buffer);
    expect(floatValues(tensor!)).toEqual(Float32Array.of(1.5, -2));
    expect((await runModel(whole, {})).y!.data).toEqual(Float32Array.of(1.5, -2));
  });

  it('is a bad model where it is missing, too short, or makes no sense', () => {
    const model = modelWith({ location: 'weights.bin', offset: '4', length: '8' });
    expect(messageOf(() => attachExternal(model, {}))).toBe(
      'bad-model: tensor w has its data in weights.bin, which is missing (put weights.bin beside the model)',
    );
    expect(
      messageOf(() => attachExternal(model, { 'weights.bin': file.subarray(0, 8) })),
    ).toContain('ends at byte 12 of weights.bin, which has 8');
    expect(
      messageOf(() => externalReferences(modelWith({ location: 'w', length: '7' }))),
    ).toContain('needs 8 bytes');
    expect(
      messageOf(() => externalReferences(modelWith({ location: 'w', offset: '-1' }))),
    ).toContain('at -1 of w');
    expect(messageOf(() => externalReferences(modelWith({ offset: '0' })))).toContain(
      'without a location',
    );
    expect(messageOf(() => attachExternal(modelWith({ location: 'toString' }), {}))).toContain(
      'missing',
    );
  });
});
