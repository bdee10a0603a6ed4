import { describe, expect, it } from 'vitest';
import { randomFeeds, runModel, signalToNoise } from '../../../../tests/support/onnx-models.ts';
import { graphBuilder } from '../build/index.ts';
import { toFloat16 } from '../float16/index.ts';
import { quantizeDynamic } from '../quantize/index.ts';
import { floatValues } from '../tensor/index.ts';
import {
  concat,
  edit,
  type Model,
  placeOf,
  readModel,
  type TensorStore,
  writeModel,
} from '../wire/index.ts';
import { attachExternal, externalReferences, linkExternal } from './external.ts';
import { detachExternal } from './external-write.ts';

const side = 256;
const layers = 6;

/** A chain of products of 256 KiB each. */
function chain(): Model {
  const g = graphBuilder('chain', { opset: 17 });
  let value = g.input('x', 'float32', [2, side]);
  let seed = 1;
  const next = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    return seed / 2 ** 35;
  };
  for (let layer = 0; layer < layers; layer++) {
    const weights = Float32Array.from({ length: side * side }, next);
    value = g.node('MatMul', [value, g.constant(`w${layer}`, [side, side], weights)]);
  }
  g.output(g.node('Identity', [value], {}, 'y'), 'float32', [2, side]);
  return g.build();
}

/** A model's large tensors as a file of their own. */
function detached(model: Model): { model: Model; data: Uint8Array } {
  const pieces: Uint8Array[] = [];
  const small = detachExternal(model, {
    location: 'weights.bin',
    write: (bytes) => pieces.push(bytes.slice()),
  });
  return { model: readModel(concat(writeModel(small))), data: concat(pieces) };
}

/** A store over a file in memory, which counts what is read of it and takes what is put away. */
class CountingStore implements TensorStore {
  readonly #files = new Map<string, Uint8Array>();
  readBytes = 0;
  largestRead = 0;

  constructor(data: Uint8Array) {
    this.#files.set('weights.bin', data);
  }

  read(location: string, offset: number, length: number): Uint8Array {
    this.readBytes += length;
    this.largestRead = Math.max(this.largestRead, length);
    return this.#files.get(location)!.slice(offset, offset + length);
  }

  write(bytes: Uint8Array) {
    const location = `made ${this.#files.size}`;
    this.#files.set(location, bytes.slice());
    return { location, offset: 0 };
  }
}

const passes = [
  { name: 'no pass', pass: (model: Model) => model, noise: 200 },
  { name: 'fp16', pass: (model: Model) => toFloat16(model).model, noise: 45 },
  { name: 'int8-dynamic', pass: (model: Model) => quantizeDynamic(model).model, noise: 20 },
];

describe('a model whose weights are written beside it', () => {
  it('refers to them at places that an engine can map, and is the same model', async () => {
    const model = chain();
    const { model: small, data } = detached(model);
    const places = externalReferences(small);
    expect(places).toHaveLength(layers);
    expect(places.every(({ offset }) => offset % 4096 === 0)).toBe(true);
    expect(concat(writeModel(small)).length).toBeLessThan(4096);
    const whole = attachExternal(small, { 'weights.bin': data });
    const feeds = randomFeeds(model);
    expect((await runModel(whole, feeds)).y!.data).toEqual((await runModel(model, feeds)).y!.data);
  });

  it('keeps small tensors, where shapes and scales are looked for', () => {
    const g = graphBuilder('small');
    g.constant('shape', [2], BigInt64Array.of(1n, 2n));
    const model = g.build();
    expect(detached(model).model.graph.initializer[0]!.rawData).toHaveLength(16);
  });
});

describe('a model that is linked to its weights', () => {
  const linked = () => {
    const { model, data } = detached(chain());
    const store = new CountingStore(data);
    return { model: linkExternal(model, store), store };
  };

  it('reads none of them until one is asked for, and that one only', () => {
    const { model, store } = linked();
    expect(externalReferences(model)).toEqual([]);
    expect(store.readBytes).toBe(0);
    expect(floatValues(model.graph.initializer[1]!)[1]).toBe(
      floatValues(chain().graph.initializer[1]!)[1],
    );
    expect(store.readBytes).toBe(4 * side * side);
  });

  it('is edited without reading them', () => {
    const { model, store } = linked();
    const [first] = model.graph.initializer;
    const renamed = edit(first!, { name: 'v', dims: [side * side] });
    expect(placeOf(renamed)).toEqual(placeOf(first!));
    expect(renamed).toMatchObject({ name: 'v', dims: [side * side], dataType: 1 });
    expect(edit(renamed, { name: undefined }).name).toBeUndefined();
    const replaced = edit(first!, { rawData: new Uint8Array(4), dims: [1] });
    expect(placeOf(replaced)).toBeUndefined();
    expect(replaced.rawData).toHaveLength(4);
    expect(store.readBytes).toBe(0);
    expect({ ...first }.rawData).toHaveLength(4 * side * side);
  });

  it.each(passes)(
    'goes through $name as the whole model does, to the byte',
    async ({ pass, noise }) => {
      const { model, store } = linked();
      const streamed = detached(pass(model));
      const whole = detached(pass(chain()));
      expect(streamed.data).toEqual(whole.data);
      expect(concat(writeModel(streamed.model))).toEqual(concat(writeModel(whole.model)));
      expect(store.largestRead).toBeLessThanOrEqual(4 * side * side);
      const feeds = randomFeeds(model);
      const joined = attachExternal(streamed.model, { 'weights.bin': streamed.data });
      const [before, after] = [await runModel(chain(), feeds), await runModel(joined, feeds)];
      expect(signalToNoise(before.y!, after.y!)).toBeGreaterThan(noise);
    },
  );

  it('puts what a pass makes away: no tensor of the result is held in memory', () => {
    const { model } = linked();
    for (const { pass } of passes) {
      for (const tensor of pass(model).graph.initializer) {
        expect(placeOf(tensor) !== undefined || tensor.rawData!.length < 64 * 1024).toBe(true);
      }
    }
  });

  it('can still be written as one file', () => {
    const { model } = linked();
    expect(concat(writeModel(model))).toEqual(concat(writeModel(chain())));
  });
});
