import { isSelvedgeError } from '@selvedge/core/errors';
import { describe, expect, it } from 'vitest';
import {
  nodeTestModels,
  sharedModels,
  sharedPairs,
} from '../../../../tests/support/onnx-models.ts';
import { noSharedData } from '../../../../tests/support/shared-data.ts';
import { itUnless } from '../../../../tests/support/skip.ts';
import { graphBuilder } from '../build/index.ts';
import { readModel, writeModel } from './model.ts';
import { concat } from './sink.ts';
import { sameBytes } from './value.ts';

const failure = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (isSelvedgeError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('nothing was thrown');
};

const roundTrips = (bytes: Uint8Array, name: string): boolean => {
  const model = readModel(bytes, { name });
  return [false, true].every((reencode) =>
    sameBytes(concat(writeModel(model, { reencode })), bytes),
  );
};

const tiny = (): Uint8Array => {
  const g = graphBuilder('tiny');
  const x = g.input('x', 'float32', ['batch', 2]);
  const w = g.constant('w', [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6));
  g.output(g.node('MatMul', [x, w], {}, 'y'), 'float32', ['batch', 3]);
  return concat(writeModel(g.build()));
};

describe('reading and writing', () => {
  itUnless(noSharedData).each(sharedModels.concat(sharedPairs))(
    'gives $name back byte for byte, passed through and encoded again',
    ({ name, bytes }) => {
      expect(roundTrips(bytes(), name)).toBe(true);
    },
  );

  itUnless(noSharedData)('gives all of ONNX’s node tests back byte for byte, both ways', () => {
    const models = nodeTestModels();
    expect(models).toHaveLength(875);
    expect(models.filter(({ name, bytes }) => !roundTrips(bytes, name))).toEqual([]);
  });

  it('holds weights as views of the file, and writes them as chunks of their own', () => {
    const g = graphBuilder('large');
    g.constant('w', [1024], new Float32Array(1024));
    const bytes = concat(writeModel(g.build()));
    const model = readModel(bytes);
    const raw = model.graph.initializer[0]!.rawData!;
    expect(raw.buffer).toBe(bytes.buffer);
    const chunks = writeModel(model, { reencode: true });
    expect(chunks.some((chunk) => chunk.buffer === bytes.buffer && chunk.length === 4096)).toBe(
      true,
    );
  });

  it('reads from a Node Buffer that is a slice of a larger one', () => {
    const bytes = tiny();
    const larger = Buffer.alloc(bytes.length + 20, 7);
    larger.set(bytes, 10);
    expect(roundTrips(larger.subarray(10, 10 + bytes.length), 'slice')).toBe(true);
  });
});

describe('what is no model', () => {
  it('is refused when it is empty', () => {
    expect(failure(() => readModel(new Uint8Array(0), { name: 'empty.onnx' }))).toEqual({
      code: 'bad-model',
      message: 'empty.onnx is empty: expected an ONNX model (ModelProto with ir_version and graph)',
    });
  });

  it('is refused when it is text, JSON, HTML or an image, and the message names the file', () => {
    const png = String.fromCharCode(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
    for (const text of ['hello, world\n', '{"a":1}', '<!doctype html><p>502', png, '\n\n\n\n\n']) {
      const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
      const { code, message } = failure(() => readModel(bytes, { name: 'page.onnx' }));
      expect(code).toBe('bad-model');
      expect(message).toContain('page.onnx');
    }
  });

  it('is refused when it is a model cut off anywhere', () => {
    const bytes = tiny();
    for (let end = 0; end < bytes.length; end++) {
      let result: string;
      try {
        const model = readModel(bytes.subarray(0, end), { name: 'cut.onnx' });
        // Cut between two fields of the model itself, what is left is whole protobuf.
        result = model.opsetImport.length === 0 ? 'whole protobuf' : 'read';
      } catch (error) {
        result = isSelvedgeError(error) ? error.code : String(error);
      }
      expect(['bad-model', 'whole protobuf']).toContain(result);
    }
  });

  it('says how many bytes are missing, and where', () => {
    const bytes = tiny();
    expect(
      failure(() => readModel(bytes.subarray(0, bytes.length - 4), { name: 'cut.onnx' })).message,
    ).toMatch(
      /^cut\.onnx: not a whole ONNX file: at byte \d+ \d+ bytes are announced and \d+ are left$/,
    );
  });

  it.each([
    ['{"model": "x"}\n', 'is text', '.onnx file'],
    ['version https://git-lfs.github.com/spec/v1\noid sha256:0', 'Git LFS pointer', 'git lfs pull'],
    ['PK\x03\x04\x14\x00', 'zip archive', 'export'],
    ['\x89HDF\r\n\x1a\n', 'HDF5', 'export'],
    ['\x1c\x00\x00\x00TFL3', 'TensorFlow Lite', 'export'],
    ['GGUF\x03\x00', 'GGUF', 'export'],
    ['\x10\x00\x00\x00\x00\x00\x00\x00{"a":{}}', 'safetensors', 'export'],
    ['\x1f\x8b\x08', 'gzip', 'unpack'],
  ])('calls another format by its name: %j %s', (start, what, hint) => {
    const bytes = Uint8Array.from(start, (character) => character.charCodeAt(0));
    expect(() => readModel(bytes, { name: 'x.onnx' })).toThrow(
      expect.objectContaining({
        code: 'bad-model',
        message: expect.stringContaining(what),
        hint: expect.stringContaining(hint),
      }),
    );
  });

  it('is refused when messages nest deeper than protobuf allows', () => {
    // GraphProto.node > attribute > g > node > …, each around the next.
    let inner: Uint8Array = new Uint8Array(0);
    for (const field of Array.from({ length: 300 }, (_, at) => [6, 5, 1][at % 3]!)) {
      inner = concat([Uint8Array.from([(field << 3) | 2, ...varint(inner.length)]), inner]);
    }
    const model = concat([Uint8Array.of(0x08, 9, 0x3a, ...varint(inner.length)), inner]);
    expect(failure(() => readModel(model)).message).toContain('nested deeper than 100');
  });

  it('is read in linear time however often messages are split at every depth', () => {
    // A value's type: sequence of sequence of …, each given in two records that protobuf merges.
    let inner: Uint8Array = new Uint8Array(0);
    for (let depth = 0; depth < 40; depth++) {
      const piece = concat([Uint8Array.from([0x0a, ...varint(inner.length)]), inner]);
      inner = concat([
        Uint8Array.from([0x22, ...varint(piece.length)]),
        piece,
        Uint8Array.of(0x22, 0),
      ]);
    }
    const info = concat([Uint8Array.from([0x12, ...varint(inner.length)]), inner]);
    const graph = concat([Uint8Array.from([0x5a, ...varint(info.length)]), info]);
    const model = concat([Uint8Array.of(0x08, 9, 0x3a, ...varint(graph.length)), graph]);
    const start = performance.now();
    expect(roundTrips(model, 'split')).toBe(true);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 0x80);
  }
}
