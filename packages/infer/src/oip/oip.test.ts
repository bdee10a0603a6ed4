import { isSelvedgeError, SelvedgeError } from '@selvedge/core/errors';
import type { TensorSpec } from '@selvedge/core/schema';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyTensor } from '../engine/any-tensor.fixture.ts';
import { makeTensor, type Tensor } from '../engine/index.ts';
import {
  decodeInferRequest,
  decodeInferResponse,
  decodeModelMetadata,
  decodeOipError,
  encodeInferRequest,
  encodeInferResponse,
  encodeModelMetadata,
  encodeOipError,
  fromDatatype,
  inferenceHeaderLength,
  joinBody,
  type OipBody,
  onnxPlatform,
  splitBody,
  toDatatype,
  wantedOutputs,
} from './index.ts';

/** A message over the wire: joined to bytes as HTTP carries them, and split again. */
function carried(body: OipBody): { json: unknown; tail: Uint8Array } {
  const { headers, chunks } = joinBody(body);
  return splitBody(Buffer.concat(chunks), headers[inferenceHeaderLength]);
}

const tensors = fc.dictionary(fc.string({ minLength: 1 }), anyTensor, { maxKeys: 4 });

describe('an inference request', () => {
  it('arrives as it was sent, in JSON and as bytes', () => {
    fc.assert(
      fc.property(tensors, fc.boolean(), (inputs, binary) => {
        const sent = { inputs, id: '7', parameters: { selvedge_labels: 'private', n: 1, b: true } };
        const { json, tail } = carried(encodeInferRequest({ ...sent, outputs: ['y'] }, binary));
        const got = decodeInferRequest(json, tail);
        expect(got).toMatchObject({ ...sent, inputs: {}, outputs: ['y'], binaryOutput: binary });
        expectSame(got.inputs, inputs);
      }),
      { numRuns: 500 },
    );
  });

  it('is read as the specification writes it, flat or by row', () => {
    const input = { name: 'x', shape: [2, 2], datatype: 'UINT32' };
    for (const data of [
      [1, 2, 3, 4],
      [
        [1, 2],
        [3, 4],
      ],
    ]) {
      expect(decodeInferRequest({ inputs: [{ ...input, data }] }).inputs).toEqual({
        x: makeTensor('uint32', [2, 2], new Uint32Array([1, 2, 3, 4])),
      });
    }
    const scalar = { name: 'x', shape: [], datatype: 'BOOL', data: [true] };
    expect(decodeInferRequest({ inputs: [scalar] }).inputs.x?.data).toEqual(new Uint8Array([1]));
  });

  const good = { name: 'x', shape: [2], datatype: 'INT8', data: [1, 2] };
  const cases: [string, unknown, RegExp][] = [
    ['no object', [], /the request is not a JSON object/],
    ['no inputs', {}, /"inputs" is not a list/],
    ['an input without a name', { inputs: [{}] }, /input 0 has no name/],
    ['an input given twice', { inputs: [good, good] }, /input "x" is given twice/],
    [
      'a datatype in small letters',
      { inputs: [{ ...good, datatype: 'int8' }] },
      /"x": datatype "int8" is not one of the protocol: did you mean "INT8"\?/,
    ],
    [
      'a datatype by its ONNX name',
      { inputs: [{ ...good, datatype: 'float32' }] },
      /datatype "float32" is not one of the protocol: did you mean "FP32"\?/,
    ],
    [
      'a datatype of nothing alike',
      { inputs: [{ ...good, datatype: 7 }] },
      /datatype 7 is not one of the protocol: one of BOOL, UINT8/,
    ],
    ['a datatype that is none', { inputs: [{ ...good, datatype: 'INT' }] }, /"x": datatype "INT"/],
    ['a shape that is none', { inputs: [{ ...good, shape: [-1] }] }, /"x": shape is not/],
    ['a shape beyond all bounds', { inputs: [{ ...good, shape: [2 ** 40, 2 ** 40] }] }, /shape/],
    ['too few elements', { inputs: [{ ...good, data: [1] }] }, /data has 1 elements where \[2\]/],
    [
      'a claim of many elements',
      { inputs: [{ ...good, shape: [2 ** 40] }] },
      /data has 2 elements/,
    ],
    ['a number out of range', { inputs: [{ ...good, data: [1, 128] }] }, /element 1 is no int8/],
    ['text for numbers', { inputs: [{ ...good, data: ['1', '2'] }] }, /element 0 is no int8/],
    [
      'null',
      { inputs: [{ ...good, datatype: 'FP32', data: [null, 1] }] },
      /element 0 is no float32/,
    ],
    ['deeper nesting than the shape', { inputs: [{ ...good, data: [[[1]], 2] }] }, /element 0/],
    [
      'an integer that lost digits',
      { inputs: [{ ...good, datatype: 'INT64', data: [2 ** 60, 1] }] },
      /element 0 is no int64/,
    ],
    ['no data', { inputs: [{ ...good, data: undefined }] }, /"x": has no data/],
    [
      'bytes that are not there',
      { inputs: [{ ...good, data: undefined, parameters: { binary_data_size: 2 } }] },
      /0 bytes where int8|has no data/,
    ],
    [
      'a size that is none',
      { inputs: [{ ...good, parameters: { binary_data_size: -2 } }] },
      /no size/,
    ],
    ['data twice', { inputs: [{ ...good, parameters: { binary_data_size: 2 } }] }, /has data and/],
    ['a parameter that is an object', { inputs: [], parameters: { a: {} } }, /parameter "a"/],
    ['an id that is none', { inputs: [], id: 5 }, /"id"/],
    ['an output without a name', { inputs: [], outputs: [{}] }, /output 0 has no name/],
  ];
  it.each(cases)('with %s is refused as bad input', (_, json, words) => {
    expect(() => decodeInferRequest(json)).toThrowError(
      expect.objectContaining({ code: 'bad-input', message: expect.stringMatching(words) }),
    );
  });

  it('with bytes left over is refused', () => {
    expect(() => decodeInferRequest({ inputs: [good] }, new Uint8Array(3))).toThrow(
      '3 bytes follow the JSON where its tensors name 0',
    );
  });

  it('that is any JSON at all is read or refused, and nothing else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.uint8Array(), (json, tail) => {
        for (const body of [
          json,
          { inputs: json },
          { inputs: [json] },
          { inputs: [{ name: 'x', shape: [1], datatype: 'FP32', data: json }] },
        ]) {
          try {
            decodeInferRequest(body, tail);
          } catch (caught) {
            expect(isSelvedgeError(caught) && caught.code).toBe('bad-input');
          }
        }
      }),
    );
  });
});

describe('an inference response', () => {
  it('arrives as it was sent, in JSON and as bytes', () => {
    fc.assert(
      fc.property(tensors, fc.boolean(), (outputs, binary) => {
        const sent = { model: 'acme.glyphs', version: '1.0.0', id: '7', parameters: { a: 'b' } };
        const { json, tail } = carried(encodeInferResponse({ ...sent, outputs }, binary));
        const got = decodeInferResponse(json, tail);
        expect(got).toMatchObject(sent);
        expectSame(got.outputs, outputs);
      }),
    );
  });

  it('that is wrong is the fault of the server', () => {
    for (const json of [null, {}, { model_name: 'm' }, { model_name: 'm', outputs: [{}] }]) {
      expect(() => decodeInferResponse(json)).toThrowError(
        expect.objectContaining({ code: 'bad-upstream' }),
      );
    }
  });

  it('holds the outputs that were asked for, in that order', () => {
    const [a, b] = [
      makeTensor('int8', [], new Int8Array(1)),
      makeTensor('bool', [], new Uint8Array(1)),
    ];
    expect(Object.keys(wantedOutputs({ a, b }, ['b', 'a']))).toEqual(['b', 'a']);
    expect(wantedOutputs({ a }, undefined)).toEqual({ a });
    expect(() => wantedOutputs({ a }, ['toString'])).toThrow('the model does not give it');
  });
});

describe('metadata', () => {
  it('names every type; a free dimension becomes −1 and loses its name', () => {
    const x: TensorSpec = { name: 'x', type: 'float16', shape: ['batch', 3, null] };
    const metadata = {
      name: 'm',
      versions: ['1'],
      platform: onnxPlatform,
      inputs: [x],
      outputs: [],
    };
    const json = JSON.parse(JSON.stringify(encodeModelMetadata(metadata)));
    expect(json.inputs).toEqual([{ name: 'x', datatype: 'FP16', shape: [-1, 3, -1] }]);
    expect(decodeModelMetadata(json)).toEqual({
      ...metadata,
      inputs: [{ ...x, shape: [null, 3, null] }],
    });
    expect(fromDatatype(toDatatype('string'))).toBe('string');
    expect(fromDatatype('constructor')).toBeUndefined();
  });
});

describe('an error', () => {
  it('keeps its code and details over a hop', () => {
    const error = new SelvedgeError('privacy', 'stays here', {
      details: { rule: 'privacy-private' },
    });
    const json = JSON.parse(JSON.stringify(encodeOipError(error)));
    expect(json.error).toBe('stays here');
    expect(decodeOipError(403, json, 'http://edge')).toMatchObject({
      code: 'privacy',
      message: 'http://edge: stays here',
      details: { rule: 'privacy-private', status: 403 },
    });
  });

  it.each([
    [400, 'bad-input'],
    [404, 'not-found'],
    [429, 'unavailable'],
    [500, 'engine-failed'],
    [504, 'timeout'],
    [418, 'bad-upstream'],
  ])('of another server is known by its status %i', (status, code) => {
    expect(decodeOipError(status, { error: 'no' }, 'peer')).toMatchObject({
      code,
      message: 'peer: no',
    });
    expect(decodeOipError(status, 'nonsense', 'peer').code).toBe(code);
  });
});

describe('a body', () => {
  it('whose JSON is longer than it is refused', () => {
    for (const length of ['99', '-1', 'x', '1.5']) {
      expect(() => splitBody(new Uint8Array(4), length)).toThrow(/in a body of 4 bytes/);
    }
    expect(() => splitBody(new TextEncoder().encode('<html>'))).toThrow('begins with "<html>"');
  });
});

/** NaN payloads do not survive JSON; everything else does. */
function expectSame(got: Readonly<Record<string, Tensor>>, sent: Readonly<Record<string, Tensor>>) {
  expect(Object.keys(got)).toEqual(Object.keys(sent));
  for (const [name, { type, shape, data }] of Object.entries(sent)) {
    expect(got[name]).toMatchObject({ type, shape });
    if (type === 'float16' || type === 'bfloat16') continue;
    expect(got[name]!.data).toEqual(data);
  }
}
