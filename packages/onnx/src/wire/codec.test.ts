import { isSelvedgeError } from '@selvedge/core/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphBuilder } from '../build/index.ts';
import { decode } from './decode.ts';
import { encode } from './encode.ts';
import { edit, make } from './message.ts';
import type { Messages, NodeProto } from './messages.ts';
import { readModel, writeModel } from './model.ts';
import { type Field, type Schema, schemas } from './schema.ts';
import { concat } from './sink.ts';

const bytesOf = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers);

/** Decodes, and demands that both ways of encoding give the bytes back. */
function decodeExactly<N extends keyof Messages>(type: N, bytes: Uint8Array): Messages[N] {
  const message = decode(type, bytes, 'test');
  for (const reencode of [false, true]) {
    expect([...concat(encode(type, message, { reencode }))]).toEqual([...bytes]);
  }
  return message;
}

/** A tree of a message type: plain objects, repeated fields always there. */
const tree = (schema: Schema, depth: number): fc.Arbitrary<Record<string, unknown>> => {
  const fields = schema.fields.filter(({ kind }) => kind !== 'message' || depth > 0);
  const required = Object.fromEntries(
    schema.fields.filter(({ many }) => many).map((field) => [field.name, listOf(field, depth)]),
  );
  const optional = Object.fromEntries(
    fields
      .filter(({ many }) => !many)
      .map((field) => [field.name, fc.option(value(field, depth), { nil: undefined, freq: 1 })]),
  );
  return fc
    .record({ ...required, ...optional })
    .map((record) =>
      Object.fromEntries(Object.entries(record).filter(([, entry]) => entry !== undefined)),
    );
};

const listOf = (field: Field, depth: number): fc.Arbitrary<unknown[]> => {
  const empty = fc.constant<unknown[]>([]);
  if (field.kind !== 'message') return fc.array(value(field, depth), { maxLength: 3 });
  if (depth <= 0) return empty;
  const some = fc.array(value(field, depth), { minLength: 1, maxLength: 2 });
  return fc.oneof({ weight: 3, arbitrary: empty }, { weight: 2, arbitrary: some });
};

const int64 = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc
    .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    .map((big) => (Number.isSafeInteger(Number(big)) ? Number(big) : big)),
);

function value(field: Field, depth: number): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case 'message':
      return tree(field.schema!, depth - 1);
    case 'string':
      return fc.string({ unit: 'grapheme', maxLength: 60 });
    case 'int32':
      return fc.integer();
    case 'int64':
      return int64;
    case 'float':
      return fc.float();
    case 'floatData':
      return fc
        .uint8Array({ maxLength: 5 })
        .map((array) => new Uint8Array(array.length * 4).fill(7));
    case 'doubleData':
      return fc
        .uint8Array({ maxLength: 5 })
        .map((array) => new Uint8Array(array.length * 8).fill(7));
    case 'varintData':
      return fc
        .array(fc.nat({ max: 127 }), { maxLength: 9 })
        .map((numbers) => Uint8Array.from(numbers));
    default:
      return fc.uint8Array({ maxLength: 9 });
  }
}

describe('a tree', () => {
  it('is the same after encoding and decoding', () => {
    fc.assert(
      fc.property(tree(schemas.ModelProto, 4), (model) => {
        const bytes = concat(encode('ModelProto', model as unknown as Messages['ModelProto']));
        expect(decodeExactly('ModelProto', bytes)).toEqual(model);
      }),
      { numRuns: 150 },
    );
  });

  it('of every message type survives', () => {
    for (const type of Object.keys(schemas) as (keyof Messages)[]) {
      fc.assert(
        fc.property(tree(schemas[type], 2), (message) => {
          const bytes = concat(encode(type, message as never));
          expect(decodeExactly(type, bytes)).toEqual(message);
        }),
        { numRuns: 10 },
      );
    }
  });
});

describe('bytes', () => {
  const seeds = (): Uint8Array[] => {
    const g = graphBuilder('seed');
    const x = g.input('input', 'float32', ['batch', 4]);
    const w = g.constant('weight', [4, 2], new Float32Array(8));
    g.output(g.node('Softmax', [g.node('MatMul', [x, w])], { axis: -1 }, 'y'), 'float32', [
      'batch',
      2,
    ]);
    return [concat(writeModel(g.build()))];
  };
  const mutated = fc
    .record({
      seed: fc.constantFrom(...seeds()),
      edits: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
      cut: fc.option(fc.nat(), { nil: undefined, freq: 3 }),
    })
    .map(({ seed, edits, cut }) => {
      const bytes = seed.slice(0, cut === undefined ? seed.length : cut % (seed.length + 1));
      for (const [at, byte] of edits) if (bytes.length > 0) bytes[at % bytes.length] = byte;
      return bytes;
    });

  it('are given back exactly or refused as a bad model, whatever they are', () => {
    let accepted = 0;
    const check = (bytes: Uint8Array) => {
      try {
        const model = decode('ModelProto', bytes, 'fuzz');
        accepted++;
        expect([...concat(encode('ModelProto', model, { reencode: true }))]).toEqual([...bytes]);
      } catch (error) {
        if (!isSelvedgeError(error)) throw error;
        expect(error.code).toBe('bad-model');
      }
    };
    fc.assert(fc.property(mutated, check), { numRuns: 4000 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), check), { numRuns: 4000 });
    expect(accepted).toBeGreaterThan(300);
  });
});

describe('forms that exporters do not write and protobuf allows', () => {
  it('fields out of order, and interleaved', () => {
    // name, input, opType, input
    const node = decodeExactly(
      'NodeProto',
      bytesOf(0x1a, 1, 97, 0x0a, 1, 98, 0x22, 1, 99, 0x0a, 1, 100),
    );
    expect(node).toMatchObject({ name: 'a', input: ['b', 'd'], opType: 'c' });
  });

  it('packed and unpacked numbers mixed', () => {
    const tensor = decodeExactly(
      'TensorProto',
      bytesOf(0x0a, 2, 3, 4, 0x08, 5, 0x0a, 0, 0x0a, 1, 6),
    );
    expect(tensor.dims).toEqual([3, 4, 5, 6]);
  });

  it('payloads in several records, packed and not', () => {
    const tensor = decodeExactly(
      'TensorProto',
      bytesOf(0x2a, 2, 1, 2, 0x28, 0x83, 0x01, 0x10, 6, 0x2a, 1, 4, 0x2a, 0),
    );
    expect([...tensor.int32Data!]).toEqual([1, 2, 0x83, 0x01, 4]);
  });

  it('numbers, tags and lengths longer than they need to be', () => {
    const node = decodeExactly(
      'NodeProto',
      bytesOf(0x9a, 0x00, 0x81, 0x00, 97, 0x0a, 0x81, 0x80, 0x00, 98),
    );
    expect(node).toMatchObject({ name: 'a', input: ['b'] });
    expect(decodeExactly('OperatorSetIdProto', bytesOf(0x10, 0x95, 0x80, 0x00)).version).toBe(21);
    const tensor = decodeExactly(
      'TensorProto',
      bytesOf(0x8a, 0x00, 1, 3, 0xca, 0x00, 0x82, 0x00, 9, 9),
    );
    expect(tensor).toMatchObject({ dims: [3], rawData: bytesOf(9, 9) });
  });

  it('negative 32-bit numbers in 5 bytes instead of 10, and bits past the 64th', () => {
    const short = bytesOf(0x10, 0xff, 0xff, 0xff, 0xff, 0x0f);
    expect(decodeExactly('TensorProto', short).dataType).toBe(-1);
    const long = bytesOf(0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f);
    expect(decodeExactly('TensorProto', long).dataType).toBe(-1);
  });

  it('a singular number given twice: the last counts, both are kept', () => {
    const twice = decodeExactly('OperatorSetIdProto', bytesOf(0x10, 7, 0x0a, 0, 0x10, 21));
    expect(twice).toMatchObject({ version: 21, domain: '' });
  });

  it('a singular message in pieces: they are merged', () => {
    const info = decodeExactly(
      'ValueInfoProto',
      bytesOf(0x12, 4, 0x0a, 2, 0x08, 1, 0x0a, 1, 97, 0x12, 3, 0x32, 1, 98),
    );
    expect(info.type).toMatchObject({ tensorType: { elemType: 1 }, denotation: 'b' });
  });

  it('NaNs with a payload, and text that is not UTF-8', () => {
    const nan = decodeExactly(
      'AttributeProto',
      bytesOf(0x15, 1, 0, 0xa0, 0x7f, 0x3d, 2, 0, 0x80, 0xff),
    );
    expect(nan.f).toBeNaN();
    expect(decodeExactly('NodeProto', bytesOf(0x1a, 2, 0xff, 0xfe)).name).toBe('\ufffd\ufffd');
  });

  it('fields of a later ONNX, groups among them, and known ones with another wire type', () => {
    const group = [0xf3, 0x01, 0x08, 1, 0xf4, 0x01];
    const bytes = bytesOf(0x1a, 1, 97, 0xfa, 0x06, 2, 1, 2, ...group, 0x18, 5, 0x22, 1, 98);
    const node = decodeExactly('NodeProto', bytes);
    expect(node).toMatchObject({ name: 'a', opType: 'b' });
    expect(node.unknownFields).toHaveLength(3);
  });

  it('empty messages and empty texts', () => {
    expect(decodeExactly('NodeProto', bytesOf(0x1a, 0, 0x2a, 0))).toMatchObject({
      name: '',
      attribute: [{}],
    });
  });
});

describe('an edit', () => {
  const odd = bytesOf(0x1a, 1, 97, 0xfa, 0x06, 1, 7, 0x0a, 1, 98, 0x22, 1, 99, 0x0a, 1, 100);
  const write = (node: NodeProto) => [...concat(encode('NodeProto', node))];

  it('keeps the order of fields and what this version does not know', () => {
    const node = edit(decode('NodeProto', odd, 'test'), { opType: 'Add' });
    expect(write(node)).toEqual([
      0x1a, 1, 97, 0xfa, 0x06, 1, 7, 0x0a, 1, 98, 0x22, 3, 65, 100, 100, 0x0a, 1, 100,
    ]);
  });

  it('puts added values after the field’s last one, and leaves out removed fields', () => {
    const longer = edit(decode('NodeProto', odd, 'test'), {
      input: ['b', 'd', 'e'],
      name: undefined,
    });
    expect(write(longer)).toEqual([
      0xfa, 0x06, 1, 7, 0x0a, 1, 98, 0x22, 1, 99, 0x0a, 1, 100, 0x0a, 1, 101,
    ]);
    const shorter = edit(decode('NodeProto', odd, 'test'), { input: [] });
    expect(write(shorter)).toEqual([0x1a, 1, 97, 0xfa, 0x06, 1, 7, 0x22, 1, 99]);
  });

  it('never writes the old bytes for a spread copy', () => {
    const node = { ...decode('NodeProto', odd, 'test'), opType: 'Add' };
    expect(decode('NodeProto', concat(encode('NodeProto', node)), 'test').opType).toBe('Add');
  });

  it('passes on the bytes of everything that was not touched', () => {
    const g = graphBuilder('g');
    const x = g.input('x', 'float32', [1]);
    g.output(g.node('Neg', [g.node('Abs', [x])], {}, 'y'), 'float32', [1]);
    const model = readModel(concat(writeModel(g.build())));
    const [first, second] = model.graph.node;
    const graph = edit(model.graph, { node: [first!, edit(second!, { opType: 'Relu' })] });
    const again = readModel(concat(writeModel(edit(model, { graph }))));
    expect(again.graph.node.map(({ opType }) => opType)).toEqual(['Abs', 'Relu']);
    expect(again.graph.node[0]).toEqual(first);
  });

  it('of some nodes and tensors gives the bytes that encoding everything anew gives', () => {
    const g = graphBuilder('many');
    const x = g.input('x', 'float32', [1]);
    for (let at = 0; at < 40; at++) {
      const w = g.constant(
        `w${at}`,
        [at],
        Float32Array.from({ length: at }, () => at),
      );
      g.node('Conv', [x, w], { pads: [1, at], group: 1, auto_pad: 'VALID' }, `y${at}`);
    }
    const model = readModel(concat(writeModel(g.build())));
    const positions = fc.uniqueArray(fc.nat({ max: 39 }));
    const some = <T>(list: readonly T[], at: readonly number[], change: (one: T) => T): T[] =>
      list.map((one, position) => (at.includes(position) ? change(one) : one));
    fc.assert(
      fc.property(positions, positions, positions, (renamed, emptied, dropped) => {
        const node = some(model.graph.node, renamed, (one) => edit(one, { name: 'é'.repeat(70) }));
        const initializer = some(model.graph.initializer, emptied, (one) =>
          edit(one, { dims: [0], rawData: undefined }),
        ).filter((_, at) => !dropped.includes(at));
        const edited = edit(model, { graph: edit(model.graph, { node, initializer }) });
        const bytes = concat(writeModel(edited));
        expect(bytes).toEqual(concat(writeModel(edited, { reencode: true })));
        expect(decodeExactly('ModelProto', bytes).graph!.node).toHaveLength(40);
      }),
      { numRuns: 100 },
    );
  });

  it('leaves a fresh message without fields it was not given', () => {
    expect(make('OperatorSetIdProto', { version: 21 })).toEqual({ version: 21 });
  });
});
